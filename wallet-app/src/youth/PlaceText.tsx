import type { Place } from '../sync/directory.ts'
import { municipality } from './municipality.ts'

interface PlaceTextProps {
  place: Place
  name?: string
  /** What of this wallet works there. */
  labels?: readonly string[]
}

/** A shop as it stands in a list: its name, where it is, and what pays there. */
export function PlaceText({ place, name = place.name, labels = [] }: PlaceTextProps) {
  return (
    <span class="item-text">
      <b>{name}</b>
      <span class="quiet">{[place.street, municipality(place.municipality)].filter(Boolean).join(', ')}</span>
      {labels.length > 0 && <span class="quiet fits">{labels.join(' · ')}</span>}
    </span>
  )
}
