/** Which operation does what at its beginning and at its end. Effects come at the end: the gap before stands for its whole length. */

import { never } from '../../base/assert.ts';
import type { InnerPrimitive } from '../program.ts';
import { endAccess, endSnapshot } from './access.ts';
import { recordCall } from './calls.ts';
import { beginBarrier, beginCopy, endCopy } from './copies.ts';
import { beginImage, beginLoad, beginRead, beginSave, beginSend, endLoad, endRead, endSend } from './images.ts';
import { beginLoadRam, beginWrite, endGarbage, endItem, endLoadRam, endStow, endWrite } from './loads.ts';
import { beginLog, endLog } from './logs.ts';
import { beginSignal, beginToken, beginWait, endFlag, endReport, endSignal, endToken, endWritePrimitive } from './marks.ts';
import type { Context } from './outcome.ts';
import { type Begin, costNanos, DONE, type End, refused, timed } from './outcome.ts';
import { beginArc, beginSet, endArc, endSet, guestReset, resetDevice } from './states.ts';

export function beginOp(context: Context): Begin {
  const { op } = context;
  const primitive = op.primitive;
  if ('inner' in primitive) return beginInner(context, primitive);
  if ('set' in primitive) return beginSet(context, primitive);
  if ('log' in primitive) return beginLog(context, primitive);
  if ('save' in primitive) return beginSave(context, primitive);
  const named = 'load' in primitive ? context.machine.program.devices[op.subject] : undefined;
  recordCall(context, op.call, named === undefined ? {} : { device: named.id });
  if ('copy' in primitive) return beginCopy(context, primitive);
  if ('load' in primitive) return beginLoad(context, primitive);
  if ('wait' in primitive) return beginWait(context, primitive);
  if ('signal' in primitive) return beginSignal(context, primitive);
  if ('token' in primitive) return beginToken(context, primitive);
  if ('barrier' in primitive) return beginBarrier(context, primitive);
  if ('fail' in primitive) return refused(primitive.fail, 'authored failure');
  return timed(costNanos(op, 0, 0));
}

export function endOp(context: Context): End {
  const primitive = context.op.primitive;
  if ('inner' in primitive) return endInner(context, primitive);
  if ('set' in primitive) return endSet(context, primitive);
  if ('log' in primitive) return endLog(context, primitive);
  if ('copy' in primitive) return endCopy(context, primitive);
  if ('load' in primitive) return endLoad(context, primitive);
  if ('signal' in primitive) return endSignal(context, primitive);
  if ('token' in primitive) return endToken(context, primitive);
  if ('flag' in primitive) return endFlag(context, primitive);
  if ('access' in primitive) return endAccess(context, primitive);
  if ('snapshot' in primitive) return endSnapshot(context);
  if ('write' in primitive) return endWritePrimitive(context, primitive);
  if ('report' in primitive) return endReport(context, primitive);
  if ('reset' in primitive && context.op.subject >= 0) {
    const reset = primitive.by === 'guest' ? guestReset : resetDevice;
    reset(context.machine, context.op.subject, context.op.host, context.step);
  }
  return DONE;
}

function beginInner(context: Context, primitive: InnerPrimitive): Begin {
  switch (primitive.inner) {
    case 'arc':
      return beginArc(context, primitive.arc, primitive.device);
    case 'read-section':
      return beginRead(context, primitive.device, primitive.section);
    case 'read-image':
      return beginImage(context, primitive.save);
    case 'send-image':
      return beginSend(context, primitive.device, primitive.sections, primitive.chunks);
    case 'call':
      recordCall(context, context.op.call, { device: context.machine.program.devices[primitive.device]?.id ?? '' });
      return timed(costNanos(context.op, 0, 0));
    case 'load-ram':
      return beginLoadRam(context);
    case 'write-section':
      return beginWrite(context, primitive.item, primitive.section, primitive.within);
    case 'finish-image':
      // The driver takes the image in within the call that brought the last of it.
      context.frame.callEvent = context.frame.lastCall;
      return timed(costNanos(context.op, 0, 0));
    case 'stow':
    case 'garbage':
      return timed(costNanos(context.op, 0, 0));
    default:
      return never(primitive, 'inner operation');
  }
}

function endInner(context: Context, primitive: InnerPrimitive): End {
  switch (primitive.inner) {
    case 'arc':
      return endArc(context, primitive.arc, primitive.device);
    case 'read-section':
      return endRead(context, primitive.device, primitive.section, primitive.session);
    case 'send-image':
      return endSend(context, primitive.device, primitive.sections, primitive.chunks, primitive.keep);
    case 'call':
    case 'read-image':
      return DONE;
    case 'load-ram':
      return endLoadRam(context, primitive.item);
    case 'write-section':
      return endWrite(context, primitive.item, primitive.section);
    case 'finish-image':
      return endItem(context, primitive.item);
    case 'stow':
      return endStow(context, primitive.item, primitive.device);
    case 'garbage':
      return endGarbage(context, primitive.device);
    default:
      return never(primitive, 'inner operation');
  }
}
