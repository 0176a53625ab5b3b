/** Things in their order, as many together as one transaction takes. */
export function inBatches<T>(things: readonly T[], most: number): T[][] {
  return Array.from({ length: Math.ceil(things.length / most) }, (_, place) =>
    things.slice(place * most, (place + 1) * most),
  )
}
