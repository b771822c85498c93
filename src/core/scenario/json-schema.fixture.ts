/** The published schema as the tests walk it. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly description?: string;
  readonly properties?: { readonly [name: string]: SchemaNode };
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly anyOf?: readonly SchemaNode[];
  readonly enum?: readonly unknown[];
  readonly type?: string;
  readonly $defs?: { readonly [name: string]: SchemaNode };
}
