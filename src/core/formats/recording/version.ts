/** The newest version of a recording. */
export const RECORDING_VERSION = 1;
