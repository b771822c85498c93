/** Device registers that count requests: what the guest writes, what the device writes, and what an image brings. */
import type { Machine } from './machine.ts';

/** A request was submitted or completed: the registers that follow it go up by one. */
export function countInRegisters(machine: Machine, device: number, host: number, follows: 'submitted' | 'completed'): void {
  const specs = machine.program.devices[device]?.model.registers ?? [];
  specs.forEach((spec, register) => {
    if (spec.follows !== follows) return;
    const own = machine.device(device, host);
    writeRegister(machine, device, host, register, (own.registers[register] ?? 0) + 1, false);
  });
}

/** The values that travelled with the image. */
export function restoreRegisters(machine: Machine, device: number, host: number, values: readonly number[]): void {
  const specs = machine.program.devices[device]?.model.registers ?? [];
  specs.forEach((spec, register) => {
    if (spec.follows !== undefined) writeRegister(machine, device, host, register, values[register] ?? 0, true);
  });
}

function writeRegister(machine: Machine, device: number, host: number, register: number, value: number, restored: boolean): void {
  const def = machine.program.devices[device];
  const spec = def?.model.registers?.[register];
  const own = machine.device(device, host);
  const was = own.registers[register] ?? 0;
  own.registers = own.registers.with(register, value);
  const { recorder } = machine;
  if (def === undefined || spec === undefined || !recorder.on) return;
  recorder.event('register-write', recorder.lane(host, 'region'), machine.now, {
    args: { device: def.id, register: spec.name, offset: spec.offset, value, was, ...(restored ? { restored } : {}) },
  });
}
