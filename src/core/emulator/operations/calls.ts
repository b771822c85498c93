/** How an operation shows in the trace: the ioctl, region access or callback that it is. It decides nothing. */
import type { CallShape } from '../../scenario/primitives.ts';
import type { EventArgs } from '../../trace/trace.ts';
import type { LaneKind } from '../../trace/vocabulary.ts';
import type { Thread } from '../state.ts';
import type { Context } from './outcome.ts';

const LANES: { readonly [as in CallShape['as']]: LaneKind } = {
  ioctl: 'ioctl',
  'region-write': 'region',
  'region-read': 'region',
  callback: 'cpu',
  none: 'migration',
};

/** Records the call that begins now; its end and errno are filled in when the operation ends. */
export function recordCall(context: Context, shape: CallShape | undefined, args: EventArgs = {}): void {
  const { machine, frame, op } = context;
  const { recorder } = machine;
  if (shape === undefined || shape.as === 'none' || !recorder.on || frame.stage === 'blocked') return;
  frame.callEvent = recorder.event(shape.as, recorder.lane(op.host, LANES[shape.as]), machine.now, {
    step: context.step,
    args: { ...known(shape), ...shape.fields, ...args },
  });
}

function known(shape: CallShape): EventArgs {
  const { name, number, fd, region, offset, bytes } = shape;
  return {
    ...(name === undefined ? {} : { name }),
    ...(number === undefined ? {} : { number }),
    ...(fd === undefined ? {} : { fd }),
    ...(region === undefined ? {} : { region }),
    ...(offset === undefined ? {} : { offset }),
    ...(bytes === undefined ? {} : { bytes }),
  };
}

/** The call of an operation that the one under way belongs to; -1 for none. */
export function callOf(thread: Thread): number {
  return thread.frames.findLast((frame) => frame.callEvent >= 0)?.callEvent ?? -1;
}
