import { Refused } from '../api/refused.ts'
import type { Place } from '../sync/directory.ts'

export interface Here {
  latitude: number
  longitude: number
}

/** Where the phone is, for sorting on the phone alone: it is neither sent nor kept. */
export function whereAmI(): Promise<Here> {
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude } }) => resolve({ latitude, longitude }),
      () => reject(new Refused('not_allowed')),
      { maximumAge: 300_000, timeout: 10_000 },
    )
  })
}

const earthMetres = 6_371_000

/** As the crow flies; null where either is not known. */
export function metresTo(place: Pick<Place, 'latitude' | 'longitude'>, here: Here | null): number | null {
  if (place.latitude === null || place.longitude === null || here === null) return null
  const radians = Math.PI / 180
  const north = (place.latitude - here.latitude) * radians
  const east = (place.longitude - here.longitude) * radians * Math.cos(((place.latitude + here.latitude) / 2) * radians)
  return earthMetres * Math.hypot(north, east)
}
