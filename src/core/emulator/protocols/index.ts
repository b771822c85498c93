/** The built-in protocols. A new one is a file here and a line in this list, or no file at all: inline in a scenario. */
import type { ProtocolSpec } from '../../scenario/scenario.ts';
import { rfcIoctl, rfcV1, rfcV2 } from './rfc2017.ts';
import { v1 } from './vfio-v1.ts';
import { v2, v2NoP2p, v2NoPrecopy, v2StopCopy } from './vfio-v2.ts';
import { vmstate } from './vmstate.ts';

export const protocols: readonly ProtocolSpec[] = [rfcV1, rfcV2, rfcIoctl, v1, v2, v2NoP2p, v2NoPrecopy, v2StopCopy, vmstate];
