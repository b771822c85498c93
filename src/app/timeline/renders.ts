/** How often the picture was rendered by React: the tests hold it still while somebody scrubs and zooms. */
let renders = 0;

export function countRender(): void {
  renders += 1;
}

export function rendersSoFar(): number {
  return renders;
}
