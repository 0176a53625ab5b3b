import type { Way } from '../sync/choose.ts'
import { Choices } from '../ui/Field.tsx'
import { nameOf } from './Leaves.tsx'
import { words } from './words.ts'

/** What pays, when there is more than one way; the first is what the wallet would take. */
export function WayPicker({ ways, at, onPick }: { ways: readonly Way[]; at: number; onPick: (at: number) => void }) {
  if (ways.length < 2) return null
  return (
    <Choices
      label={words().confirm.payWith}
      value={String(at)}
      options={ways.map((way, place) => ({ value: String(place), text: nameOf(way) }))}
      onChange={(value) => onPick(Number(value))}
    />
  )
}
