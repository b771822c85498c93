/**
 * What page and worker say to each other. Every request is answered exactly once: `done`, `failed` or
 * `superseded`; a newer request of the same `topic` supersedes the older one. `progress` may come before
 * the answer, never after it.
 */
import type { Audit, LossWindow, Metrics, RuleAnswer } from '../core/trace/audit.ts';
import type { Scenario } from '../core/scenario/scenario.ts';
import type { Ordering } from '../core/scenario/ordering.ts';
import type { PackedTrace } from '../core/trace/packed.ts';

export interface RunRequest {
  readonly type: 'run';
  readonly id: number;
  /** `main` for the run on screen, `take:N`, `preview`. A newer request of a topic supersedes the older. */
  readonly topic: string;
  readonly scenario: Scenario;
  readonly ordering: Ordering;
  readonly probes: boolean;
  readonly workload: boolean;
  readonly seed: number;
}

/** Outcome of every slot of one lifted step, nearest first; answered slot by slot as `slot` messages, then `done`. */
export interface SlotsRequest {
  readonly type: 'slots';
  readonly id: number;
  readonly topic: string;
  readonly scenario: Scenario;
  readonly ordering: Ordering;
  readonly list: string;
  readonly step: string;
}

export interface CancelRequest {
  readonly type: 'cancel';
  readonly topic: string;
}

export type Request = RunRequest | SlotsRequest | CancelRequest;

export interface RunAnswer {
  readonly trace: PackedTrace;
  readonly audit: Audit;
  readonly windows: readonly LossWindow[];
  readonly metrics: Metrics;
  readonly rules: readonly RuleAnswer[];
  /** Milliseconds of work in the worker. */
  readonly workMs: number;
}

/** What a slot does, obtained by running it. */
export interface SlotOutcome {
  /** Index in the list at which the step would stand. */
  readonly slot: number;
  readonly outcome: 'free' | 'commutes' | 'worse' | 'forbidden';
  readonly class: Audit['class'];
  /** One sentence: the verdict, or why physics refuses. */
  readonly sentence: string;
  readonly downtimeNanos: number;
  readonly bytesSent: number;
}

export type Answer =
  | { readonly type: 'progress'; readonly id: number; readonly done: number; readonly of: number }
  | { readonly type: 'run-done'; readonly id: number; readonly run: RunAnswer }
  | { readonly type: 'slot'; readonly id: number; readonly slot: SlotOutcome }
  | { readonly type: 'slots-done'; readonly id: number }
  | { readonly type: 'failed'; readonly id: number; readonly message: string; readonly problems?: readonly string[] }
  | { readonly type: 'superseded'; readonly id: number };
