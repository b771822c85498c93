/**
 * Dirty pages of the type 1 container: VFIO_IOMMU_DIRTY_PAGES and UNMAP_DMA with GET_DIRTY_BITMAP, with their errno table
 * (vfio-v1.md, section 4; drivers/vfio/vfio_iommu_type1.c). Pinned pages are dirty for ever.
 */
import { type Answer, fail, ok } from './answer.ts';

const PAGE = 4096n;
const MOST_BITMAP_BYTES = 268_435_456n;
const TOP = 1n << 64n;

interface Mapping {
  readonly iova: bigint;
  readonly size: bigint;
}

export class DirtyContainer {
  tracking = false;
  #mappings: Mapping[] = [];
  /** Page numbers. */
  readonly #pinned = new Set<bigint>();
  readonly #dirty = new Set<bigint>();

  map(iova: bigint, size: bigint): Answer {
    if (size === 0n || iova % PAGE !== 0n || size % PAGE !== 0n) return fail('EINVAL');
    if (this.#mappings.some((one) => iova < one.iova + one.size && one.iova < iova + size)) return fail('EEXIST');
    this.#mappings.push({ iova, size });
    return ok();
  }

  /** The device pins pages, as vfio_pin_pages does for an mdev. */
  pin(iova: bigint, size: bigint): Answer {
    for (let page = iova / PAGE; page < (iova + size) / PAGE; page += 1n) this.#pinned.add(page);
    return ok();
  }

  /** A write through vfio_dma_rw: noted while tracking. */
  write(iova: bigint): Answer {
    if (this.tracking) this.#dirty.add(iova / PAGE);
    return ok();
  }

  /** START allocates a bitmap and sets the bits of all pinned pages; twice is no error. */
  start(): Answer {
    if (!this.tracking) for (const page of this.#pinned) this.#dirty.add(page);
    this.tracking = true;
    return ok();
  }

  stop(): Answer {
    this.tracking = false;
    this.#dirty.clear();
    return ok();
  }

  get(iova: bigint, size: bigint, pageSize: bigint, bitmapBytes: bigint): Answer {
    if (!this.tracking) return fail('EINVAL');
    if (pageSize !== PAGE || size === 0n || iova % PAGE !== 0n || size % PAGE !== 0n || iova + size > TOP) return fail('EINVAL');
    const needed = ((size / PAGE + 63n) / 64n) * 8n;
    if (bitmapBytes < needed || bitmapBytes > MOST_BITMAP_BYTES) return fail('EINVAL');
    if (this.#bisects(iova, size)) return fail('EINVAL', 'the range cuts a mapping');
    return ok(0, `${this.#harvest(iova, size)} pages`);
  }

  /** `dirty`: with flag GET_DIRTY_BITMAP the bits are fetched before the mapping goes. */
  unmap(iova: bigint, size: bigint, dirty: boolean): Answer {
    if (dirty && !this.tracking) return fail('EINVAL');
    if (size === 0n || iova % PAGE !== 0n || size % PAGE !== 0n || this.#bisects(iova, size)) return fail('EINVAL');
    const found = dirty ? this.#harvest(iova, size) : 0;
    const inside = (page: bigint) => page >= iova / PAGE && page < (iova + size) / PAGE;
    for (const page of [...this.#pinned]) if (inside(page)) this.#pinned.delete(page);
    for (const page of [...this.#dirty]) if (inside(page)) this.#dirty.delete(page);
    this.#mappings = this.#mappings.filter((one) => one.iova < iova || one.iova + one.size > iova + size);
    return ok(0, dirty ? `${found} pages` : '');
  }

  /** Copies the bits, clears them, and sets those of pages that are still pinned. */
  #harvest(iova: bigint, size: bigint): number {
    let found = 0;
    for (const page of [...this.#dirty]) {
      if (page < iova / PAGE || page >= (iova + size) / PAGE) continue;
      found += 1;
      if (!this.#pinned.has(page)) this.#dirty.delete(page);
    }
    return found;
  }

  #bisects(iova: bigint, size: bigint): boolean {
    return this.#mappings.some((one) => {
      const starts = iova > one.iova && iova < one.iova + one.size;
      const ends = iova + size > one.iova && iova + size < one.iova + one.size;
      return starts || ends;
    });
  }
}
