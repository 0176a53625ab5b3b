/**
 * `npm run screenshots`: the pictures of the README, taken of the real app. A sample town in a temporary folder, phones and
 * a till that join with codes, payments by camera, staff who sign in; each picture waits for what it shows.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../test/support/browser.ts'
import { openTown } from './sample/inProcess.ts'
import type { Album } from './screenshots/album.ts'
import { pictureDesk, pictureOffice, postAll } from './screenshots/staff.ts'
import { pictureLanguages, picturePaying } from './screenshots/town.ts'
import { seedTown } from './seed.ts'
import { buildWhatIsStale } from './stale.ts'

const folder = join(import.meta.dirname, '../wallet-app/screenshots')

buildWhatIsStale(console.log)
const data = mkdtempSync(join(tmpdir(), 'kipina-screenshots-'))
let ahead = 0
const town = await openTown({ folder: data, clock: () => Date.now() + ahead })
let browser: Browser | null = null
try {
  const codes = await seedTown(town.origin, console.log)
  // The fields for days speak the language of the browser, not of the page.
  browser = await launchBrowser(['--lang=fi-FI'])
  mkdirSync(folder, { recursive: true })
  const album: Album = { browser, origin: town.origin, folder }
  await picturePaying(album, codes)
  await pictureLanguages(album, codes)
  // Late enough that every payment has been posted: then the office has something to show.
  ahead = 7 * 86_400_000
  await postAll(town.origin)
  await pictureDesk(album)
  await pictureOffice(album)
} finally {
  await browser?.close()
  await town.close()
  rmSync(data, { recursive: true, force: true })
}
