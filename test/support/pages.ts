import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import tillWords from '../../wallet-app/src/till/text/en.ts'
import youthWords from '../../wallet-app/src/youth/text/en.ts'
import { installCamera } from './browser.ts'

/** A small phone, as most youths have. */
export const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, locale: 'en-GB' }

export const desktop = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, locale: 'en-GB' }

/** A device of its own, with a camera that tests hold pictures to. */
export async function device(
  browser: Browser,
  options: BrowserContextOptions,
): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext(options)
  await installCamera(context)
  return { context, page: await context.newPage() }
}

/** Joins with a worker's code and waits for the wallet. */
export async function openWallet(page: Page, origin: string, code: string): Promise<void> {
  await page.goto(origin)
  await page.getByLabel(youthWords.enrol.code).fill(code)
  await page.getByRole('button', { name: youthWords.enrol.start }).click()
  await page.getByRole('button', { name: youthWords.pay, exact: true }).waitFor()
}

/** Joins with a merchant's code and waits for the price. */
export async function openTill(page: Page, origin: string, code: string): Promise<void> {
  await page.goto(`${origin}/till`)
  await page.getByLabel(tillWords.join.code).fill(code)
  await page.getByRole('button', { name: tillWords.join.start }).click()
  await page.getByRole('button', { name: tillWords.price.show }).waitFor()
}

/** Signs in as one of the sample's staff through the issuer's page. */
export async function signInAs(page: Page, origin: string, name: string, face: 'desk' | 'office'): Promise<void> {
  await page.goto(`${origin}/api/auth/staff/login?returnTo=/${face}`)
  await page.getByRole('button', { name }).click()
  await page.waitForURL(`${origin}/${face}`)
  await page.getByRole('heading').first().waitFor()
}
