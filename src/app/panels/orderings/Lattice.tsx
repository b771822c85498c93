export function Lattice() {
  return null;
}
