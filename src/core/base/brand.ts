/** A nominal type: `Brand<number, 'Nanos'>` is a number that only `Nanos` code makes on purpose. */
export type Brand<Value, Name extends string> = Value & { readonly __brand?: Name };
