import { placeOf } from '../sync/directory.ts'
import { till } from './tillState.ts'
import { words } from './words.ts'

/** Names of this device and its shop, as the directory has them. */
export function names(): { till: string; place: string } {
  const device = till.value
  const place = device ? placeOf(device.merchant) : undefined
  const own = place?.tills.find((one) => one.till === device?.till)
  return { till: own?.name ?? words().till, place: place?.name ?? '' }
}
