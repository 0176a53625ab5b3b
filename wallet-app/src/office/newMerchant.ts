/** `65,7362` → 65.7362; null for nothing typed; undefined for what is no such angle. */
export function readDegrees(typed: string, most: number): number | null | undefined {
  const text = typed.trim().replace(',', '.')
  if (text === '') return null
  const degrees = /^-?\d{1,3}(\.\d{1,10})?$/.test(text) ? Number(text) : Number.NaN
  return Math.abs(degrees) <= most ? degrees : undefined
}
