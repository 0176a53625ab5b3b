import { Refused, refusedBy } from '../api/refused.ts'

/** Fetches a file first and saves it then: a refusal is a sentence on the screen, not a file on the disk. Throws Refused. */
export async function download(address: string, name: string): Promise<void> {
  const response = await fetch(address, { credentials: 'same-origin', cache: 'no-store' }).catch(() => {
    throw new Refused('offline')
  })
  if (!response.ok) throw await refusedBy(response)
  const place = URL.createObjectURL(await response.blob())
  const link = Object.assign(document.createElement('a'), { href: place, download: name })
  link.click()
  // Some browsers read it only after the click has returned.
  setTimeout(() => URL.revokeObjectURL(place), 10_000)
}
