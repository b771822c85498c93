/** The built-in device models. A new one is a file here and a line in this list, or no file at all: inline in a scenario. */
import type { DeviceModelSpec } from '../../scenario/scenario.ts';
import { gvtg1, gvtg2, gvtg4, gvtg8 } from './gvtg.ts';
import { edu, framebufferVgpu, hisiAcc, mlx5, mtty1, mtty2 } from './v2.ts';

export const models: readonly DeviceModelSpec[] = [gvtg8, gvtg4, gvtg2, gvtg1, mtty1, mtty2, mlx5, hisiAcc, framebufferVgpu, edu];
