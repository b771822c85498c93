import { useEffect, useRef, useState } from 'react';
import { thousands } from '../../core/base/thousands.ts';
import { models } from '../../core/emulator/devices/index.ts';
import { protocols } from '../../core/emulator/protocols/index.ts';
import type { ProtocolSpec, Scenario } from '../../core/scenario/scenario.ts';
import { bytes } from '../../core/swimlane/labels.ts';
import { kindAt, type Trace } from '../../core/trace/trace.ts';
import { useLab, useLabState } from '../store/context.ts';
import styles from './panels.module.css';

const WIDTH = 316;
const HEIGHT = 236;
const RADIUS_X = 104;
const RADIUS_Y = 88;

/** One device on one host. */
interface Machine {
  readonly key: string;
  readonly host: string;
  readonly device: string;
  readonly protocol: ProtocolSpec;
}

/** The state machine of a device with the path taken up to the cursor, its data_fd session, and what its logs watch. */
export function Machines() {
  const lab = useLab();
  const run = useLabState((state) => state.run);
  const [picked, setPicked] = useState('');
  const svg = useRef<SVGSVGElement>(null);
  const words = useRef<HTMLDListElement>(null);
  const machines = run === undefined || run.imported !== undefined ? [] : machinesOf(run.scenario);
  const machine = machines.find((one) => one.key === picked) ?? machines[0];
  const trace = run?.trace;
  const { host = '', device = '', protocol } = machine ?? {};

  useEffect(() => {
    if (trace === undefined || protocol === undefined) return;
    const draw = () => {
      const { cursor } = lab.playhead.get();
      const past = pastOf(trace, host, device, cursor);
      if (svg.current !== null) light(svg.current, past);
      if (words.current !== null) tell(words.current, past);
    };
    draw();
    return lab.playhead.subscribe((now, before) => {
      if (now.cursor !== before.cursor) draw();
    });
  }, [lab, trace, host, device, protocol]);

  if (machine === undefined) return null;
  return (
    <section aria-label="State machine" className={styles['panel']}>
      <div className={styles['row']}>
        <h2 className={styles['title']}>State machine</h2>
        <select aria-label="Device and host" value={machine.key} onChange={(event) => setPicked(event.target.value)}>
          {machines.map((one) => (
            <option key={one.key} value={one.key}>
              {one.device} on the {one.host}
            </option>
          ))}
        </select>
      </div>
      <Diagram ref={svg} protocol={machine.protocol} />
      <dl ref={words} className={styles['args']} />
    </section>
  );
}

function Diagram({ ref, protocol }: { readonly ref: React.RefObject<SVGSVGElement | null>; readonly protocol: ProtocolSpec }) {
  const place = new Map(
    protocol.states.map((state, i) => {
      const angle = (2 * Math.PI * i) / protocol.states.length - Math.PI / 2;
      return [state.id, [WIDTH / 2 + RADIUS_X * Math.cos(angle), HEIGHT / 2 + RADIUS_Y * Math.sin(angle)] as const];
    }),
  );
  const arcs = protocol.arcs.filter((arc) => (arc.via ?? []).length === 0 && arc.errno === undefined);
  return (
    <svg ref={ref} className={styles['machine']} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`Arcs of ${protocol.title}`}>
      <defs>
        <marker
          id="arc-head"
          viewBox="0 0 6 6"
          refX="5"
          refY="3"
          markerWidth="7"
          markerHeight="7"
          markerUnits="userSpaceOnUse"
          orient="auto"
        >
          <path d="M0 0L6 3L0 6z" />
        </marker>
      </defs>
      {arcs.map((arc) => (
        <path
          key={`${arc.from}>${arc.to}`}
          data-arc={`${arc.from}>${arc.to}`}
          d={curve(place.get(arc.from) ?? [0, 0], place.get(arc.to) ?? [0, 0])}
          markerEnd="url(#arc-head)"
        />
      ))}
      {protocol.states.map((state) => {
        const [x, y] = place.get(state.id) ?? [0, 0];
        const width = Math.max(46, state.id.length * 6.4 + 12);
        return (
          <g key={state.id} data-state={state.id} transform={`translate(${x} ${y})`}>
            <rect x={-width / 2} y={-11} width={width} height={22} rx={3} />
            <text textAnchor="middle" y={4}>
              {state.id}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

/** From edge to edge, bent to the right, so that there and back are two lines. */
function curve(from: readonly [number, number], to: readonly [number, number]): string {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy) || 1;
  const bend = 14;
  const middle = [(from[0] + to[0]) / 2 - (dy / length) * bend, (from[1] + to[1]) / 2 + (dx / length) * bend] as const;
  const start = edge(from, middle);
  const end = edge(to, middle);
  return `M${start[0].toFixed(1)} ${start[1].toFixed(1)}Q${middle[0].toFixed(1)} ${middle[1].toFixed(1)} ${end[0].toFixed(1)} ${end[1].toFixed(1)}`;
}

/** Where the line to `towards` leaves the box around a state. */
function edge(at: readonly [number, number], towards: readonly [number, number]): readonly [number, number] {
  const [dx, dy] = [towards[0] - at[0], towards[1] - at[1]];
  const scale = Math.min(40 / Math.max(1e-6, Math.abs(dx)), 14 / Math.max(1e-6, Math.abs(dy)), 1);
  return [at[0] + dx * scale, at[1] + dy * scale];
}

function machinesOf(scenario: Scenario): readonly Machine[] {
  const hosts = scenario.hosts?.map((host) => host.id) ?? ['source', 'target'];
  return hosts.flatMap((host) =>
    scenario.devices.flatMap((device): readonly Machine[] => {
      const model = [...(scenario.models ?? []), ...models].find((one) => one.id === device.model);
      const id = device.protocol ?? model?.protocol;
      const protocol = [...(scenario.protocols ?? []), ...protocols].find((one) => one.id === id);
      return protocol === undefined ? [] : [{ key: `${host}/${device.id}`, host, device: device.id, protocol }];
    }),
  );
}

interface Past {
  readonly state: string;
  /** `FROM>TO`: how often. */
  readonly arcs: ReadonlyMap<string, number>;
  readonly session: string;
  readonly logs: readonly string[];
}

/** What the trace says of one device up to the cursor. */
function pastOf(trace: Trace, host: string, device: string, cursor: number): Past {
  const arcs = new Map<string, number>();
  const logs = new Map<string, string>();
  let state = '';
  let sessions = 0;
  let way = '';
  let moved = 0;
  const lanes = trace.lanes.map((lane) => lane.host === host);
  for (let seq = 0; seq <= cursor; seq += 1) {
    if (lanes[trace.lane[seq] as number] !== true) continue;
    const kind = kindAt(trace, seq);
    if (kind === 'device-state') {
      const args = trace.args(seq);
      if (args['device'] !== device) continue;
      const from = typeof args['from'] === 'string' ? args['from'] : '';
      state = String(args['state']);
      if (from !== '') arcs.set(`${from}>${state}`, (arcs.get(`${from}>${state}`) ?? 0) + 1);
      const now = /^(PRE_COPY|STOP_COPY)/.test(state) ? 'saving' : state === 'RESUMING' ? 'resuming' : '';
      if (now !== way && now !== '') {
        sessions += 1;
        moved = 0;
      }
      way = now;
    } else if (kind === 'region-read' || kind === 'region-write') {
      const args = trace.args(seq);
      if (args['fd'] === 'data' && args['device'] === device) moved += Number(args['bytes'] ?? 0);
    } else if (kind === 'log-start' || kind === 'log-stop') {
      const args = trace.args(seq);
      const ranges = Array.isArray(args['ranges']) ? (args['ranges'] as readonly number[]) : [];
      const text = Array.from(
        { length: ranges.length / 2 },
        (_, i) => `0x${Number(ranges[2 * i]).toString(16)}+${thousands(Number(ranges[2 * i + 1]))}`,
      );
      logs.set(String(args['log']), kind === 'log-start' ? `on, pages ${text.join(', ')}` : 'off');
    }
  }
  const session =
    sessions === 0
      ? ''
      : way === ''
        ? `session ${sessions} is dead, ${bytes(moved)} moved`
        : `session ${sessions}, ${way}, ${bytes(moved)} so far`;
  return { state, arcs, session, logs: [...logs].map(([log, text]) => `${log}: ${text}`) };
}

function light(svg: SVGSVGElement, past: Past): void {
  for (const path of svg.querySelectorAll<SVGPathElement>('[data-arc]'))
    path.dataset['taken'] = String(past.arcs.has(path.dataset['arc'] ?? ''));
  for (const group of svg.querySelectorAll<SVGGElement>('[data-state]'))
    group.dataset['here'] = String(group.dataset['state'] === past.state);
}

function tell(list: HTMLElement, past: Past): void {
  list.replaceChildren();
  const rows = [
    ['state', past.state],
    ...(past.session === '' ? [] : [['data_fd', past.session]]),
    ...past.logs.map((log) => ['log', log]),
  ];
  for (const [name = '', value = ''] of rows) {
    const row = document.createElement('div');
    const term = document.createElement('dt');
    const words = document.createElement('dd');
    term.textContent = name;
    words.textContent = value;
    row.append(term, words);
    list.append(row);
  }
}
