/** What `switchover help` and `switchover COMMAND --help` print: every command with every option (usage.test.ts holds it to the commands). */
export const USAGE: { readonly [command: string]: string } = {
  list: `switchover list [--json]
  Ids of stories, protocols, flavours, devices, rules and formats.
`,
  run: `switchover run SCENARIO [--source a,b,c] [--target x,y] [--seed N] [--no-probes] [--races] [--format json|text|trace] [--out FILE]
  Runs a story (its id) or a scenario file. Exit code 1: a class worse than sound.
    --source, --target   the order of that host's steps; those left out are skipped
    --seed N             seed of the timed workload
    --no-probes          the workload alone, without tracer writes in every gap
    --races              turn round each pair of steps of different hosts that no message orders, and tell of other ends
    --format             text (left out: this), json (a recording), trace (lines as QEMU's log prints them)
    --out FILE           where to write
`,
  explore: `switchover explore SCENARIO [--json] [--out FILE] [--jobs N] [--memory MIB] [--states N] [--shard I/N] [--sample N [--seed N]]
switchover explore --merge FILE... [--json]
  Decides every ordering of the movable steps by emulation.
    --jobs N             threads (left out: one a core, at most 8)
    --memory MIB         memory of the search at most (600); at it the search ends with what is decided
    --states N           distinct states at most; a search that would need more says so before it starts
    --shard I/N          one part of N, to be joined by --merge; with --out FILE
    --sample N           N orderings drawn at random (--seed) in place of all, and marked as a sample
    --json               the answer as JSON
`,
  judge: `switchover judge FILE... [--json]
  A recording, or the logs of one migration (recognised by content, grouped to processes): facts, rules, findings.
  Exit code 1: a broken rule of a severity other than P.
`,
  poke: `switchover poke DEVICE [--flags N] [--json]
  A console on one emulated device: raw calls on stdin, one a line, each answered as the kernel would; # begins a comment.
    --flags N            migration flags of the device (VFIO_MIGRATION_STOP_COPY and so on, as a number)
`,
  convert: `switchover convert FILE... --to FORMAT [--out FILE]
  A recording, or logs, into another format (see list), or into a scenario that re-runs a log (--to scenario).
`,
};

export function usageOf(command: string | undefined): string {
  if (command !== undefined && Object.hasOwn(USAGE, command)) return USAGE[command] as string;
  return `${Object.values(USAGE).join('\n')}\nExit code 2: unusable input or usage, with one line on stderr.\n`;
}
