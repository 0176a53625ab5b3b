import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { device } from '../../test/support/pages.ts'

export interface Album {
  browser: Browser
  origin: string
  folder: string
}

export interface Look {
  locale: 'fi-FI' | 'sv-FI' | 'en-GB'
  colorScheme: 'light' | 'dark'
}

const phone = { width: 360, height: 740 }
const desktop = { width: 1280, height: 800 }
const finnish: Look = { locale: 'fi-FI', colorScheme: 'light' }

/** A phone of its own that speaks a language and is light or dark, as its system says. */
export async function newPhone({ browser }: Album, look: Partial<Look> = {}): Promise<Page> {
  return (await device(browser, { ...finnish, ...look, viewport: phone })).page
}

export async function newDesktop({ browser }: Album, look: Partial<Look> = {}): Promise<Page> {
  return (await device(browser, { ...finnish, ...look, viewport: desktop })).page
}

/** Joins with a code, as a wallet or as a till; the caller waits for what comes. `words` in the language of the page. */
export async function joinWith(page: Page, address: string, code: string, words: { code: string; start: string }) {
  await page.goto(address)
  await page.getByLabel(words.code, { exact: true }).fill(code)
  await page.getByRole('button', { name: words.start }).click()
}

/** Takes the picture of what a visitor sees without scrolling. Throws when the page is wider than the screen. */
export async function take({ folder }: Album, page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth] as const)
  if (wide > seen) throw new Error(`${name} is ${wide} pixels wide on a screen of ${seen}`)
  const path = join(folder, `${name}.png`)
  await page.screenshot({ path, animations: 'disabled' })
  console.log(`${name}.png, ${Math.round(statSync(path).size / 1000)} kB`)
}
