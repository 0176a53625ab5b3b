/** Given to Node with `--import`: this process believes that it is SKEW_MILLISECONDS later than it is. */
const off = Number(process.env.SKEW_MILLISECONDS)
const RealDate = Date
globalThis.Date = class extends RealDate {
  constructor(...parts: unknown[]) {
    super(...((parts.length === 0 ? [RealDate.now() + off] : parts) as [number]))
  }
  static override now(): number {
    return RealDate.now() + off
  }
} as DateConstructor
