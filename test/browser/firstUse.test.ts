import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { tillCode } from '../../scripts/walkthrough/opening.ts'
import { words as signInWords } from '../../server/people/signInPage.ts'
import officeWords from '../../wallet-app/src/office/text/en.ts'
import officeSwedish from '../../wallet-app/src/office/text/sv.ts'
import { languageNames } from '../../wallet-app/src/text/text.ts'
import tillWords from '../../wallet-app/src/till/text/en.ts'
import youthWords from '../../wallet-app/src/youth/text/en.ts'
import youthFinnish from '../../wallet-app/src/youth/text/fi.ts'
import { launchBrowser, showToCamera } from '../support/browser.ts'
import { desktop, device, openTill, openWallet, phone, signInAs } from '../support/pages.ts'
import { type SampleTown, sampleTown, youthWithVoucher } from '../support/sampleTown.ts'

const mostFirstBytes = 30_000

describe('First use', function () {
  this.timeout(180_000)
  let town: SampleTown
  let browser: Browser
  let context: BrowserContext
  let youth: Page
  let till: Page

  before(async () => {
    town = await sampleTown({ undoSeconds: 600, mode: 'reference' })
    browser = await launchBrowser()
    ;({ context, page: youth } = await device(browser, phone))
    ;({ page: till } = await device(browser, phone))
  })
  after(async () => {
    await browser?.close()
    await town?.end()
  })

  it('shows a youth the first screen after less than 30 kB of JavaScript', async () => {
    const { page } = await device(browser, { ...phone, serviceWorkers: 'block' })
    const scripts: Promise<number>[] = []
    page.on('response', (response) => {
      if (response.url().endsWith('.js')) scripts.push(response.body().then((body) => gzipSync(body).length))
    })
    await page.goto(town.origin)
    await page.getByLabel(youthWords.enrol.code).waitFor()
    const sizes = await Promise.all(scripts)
    expect(sizes).not.to.have.length(0)
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.lessThan(mostFirstBytes)
  })

  it('says what is missing when a button is pressed too early', async () => {
    await till.goto(`${town.origin}/till`)
    await till.getByRole('button', { name: tillWords.join.start }).click()
    await till.getByRole('alert').getByText(tillWords.join.codeFirst).waitFor()
    await openTill(till, town.origin, await codeOf('Torin Lounas'))
    const show = till.getByRole('button', { name: tillWords.price.show })
    await show.click()
    await till.getByRole('alert').getByText(tillWords.price.first).waitFor()
    expect(await show.evaluate((button) => button.getAttribute('aria-describedby'))).not.to.equal(null)
    await till.keyboard.press('5')
    await till.getByText(tillWords.price.first).waitFor({ state: 'detached' })
  })

  it('offers a youth the shops that have a till, with where they are and what pays there', async () => {
    await openWallet(youth, town.origin, await youthWithVoucher(town, 'food', 4000n))
    await youth.getByRole('button', { name: youthWords.pay, exact: true }).click()
    await youth.getByRole('button', { name: youthWords.scan.showMine }).click()
    await youth.getByRole('button', { name: 'Torin Lounas Valtakatu 11, Kemi Food' }).waitFor()
    expect(await youth.getByText('Meripuiston Ruoka').count()).to.equal(0)
  })

  it('says of the largest sum that it is the most, and hides how much while sums are hidden', async () => {
    await youth.getByText('Torin Lounas').click()
    await youth.getByText(youthWords.upTo.mostHidden, { exact: true }).waitFor()
    expect(await youth.getByText(/€(3\d|40)\.\d\d/).count()).to.equal(0)
  })

  it('lets the till type the price after the code, and take no more than the code is good for', async () => {
    await context.setOffline(true)
    await youth.getByRole('button', { name: youthWords.upTo.showCode }).click()
    const shown = await youth.getByRole('img', { name: youthWords.code.label }).screenshot()
    await till.goto(`${town.origin}/till`)
    await till.getByRole('button', { name: tillWords.price.scan }).click()
    await showToCamera(till, shown)
    await till.getByText(tillWords.price.upTo('€10.00')).waitFor()
    await showToCamera(till, null)
    for (const key of ['1', '2', '5', '0']) await till.getByRole('button', { name: key, exact: true }).click()
    await till.getByText(tillWords.no.short('€2.50')).waitFor()
    await till.getByRole('button', { name: tillWords.no.takePart('€10.00', '€2.50') }).waitFor()
    for (const _ of '1250') await till.getByRole('button', { name: tillWords.price.erase }).click()
    await till.keyboard.type('650')
    await till.getByRole('button', { name: tillWords.no.take('€6.50') }).click()
    await till.getByRole('heading', { name: tillWords.paid.title }).waitFor()
  })

  it('leads a youth who says that it was paid home, and tells by itself when it is known', async () => {
    await youth.getByRole('button', { name: youthWords.code.finish }).click()
    await youth.getByRole('button', { name: youthWords.ask.yes }).click()
    await youth.getByText(youthWords.home.waitingLead).waitFor()
    await context.setOffline(false)
    await youth.getByRole('region', { name: youthWords.home.settled }).getByText('€6.50').waitFor()
    expect(await youth.getByText(youthWords.home.waitingLead).count()).to.equal(0)
  })

  it('asks twice before it undoes, and the main button does not', async () => {
    await till.getByRole('button', { name: tillWords.paid.undo }).click()
    const stay = till.getByRole('button', { name: tillWords.undo.no })
    expect(await stay.evaluate((button) => button.classList.contains('main'))).to.equal(true)
    await stay.click()
    await till.getByRole('heading', { name: tillWords.paid.title }).waitFor()
  })

  it('empties what was said aloud when the language changes', async () => {
    await youth.getByRole('button', { name: youthWords.pay, exact: true }).click()
    await youth.getByRole('button', { name: youthWords.scan.showMine }).click()
    await youth.getByText('Torin Lounas').first().click()
    await youth.getByRole('button', { name: youthWords.upTo.showCode }).click()
    const said = youth.locator('#polite')
    await said.getByText(youthWords.code.lead).waitFor({ state: 'attached' })
    await youth.getByRole('button', { name: 'Back' }).click()
    await youth.getByRole('button', { name: youthWords.settings }).click()
    await youth.locator('h1:focus', { hasText: youthWords.settings }).waitFor()
    const finnish = youth.getByRole('radio', { name: languageNames.fi })
    await finnish.check({ force: true })
    await youth.getByRole('heading', { name: youthFinnish.settings }).waitFor()
    expect(await said.textContent()).to.equal('')
    expect(await finnish.evaluate((radio) => radio === document.activeElement)).to.equal(true)
  })

  it('asks in the language of the browser who signs in', async () => {
    for (const [locale, language] of [
      ['fi-FI', 'fi'],
      ['sv-FI', 'sv'],
      ['en-GB', 'en'],
      ['de-DE', 'fi'],
    ] as const) {
      const { page } = await device(browser, { ...phone, locale })
      await page.goto(`${town.origin}/api/auth/staff/login?returnTo=/office`)
      await page.getByRole('heading', { name: signInWords[language].heading }).waitFor()
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), locale).to.equal(0)
    }
  })

  it('closes the menu when a language is chosen, and leaves the focus where it was opened', async () => {
    const { page } = await device(browser, desktop)
    await signInAs(page, town.origin, 'Jukka Perälä', 'office')
    const account = page.getByRole('button', { name: 'Jukka Perälä' })
    await account.click()
    await page.getByRole('button', { name: languageNames.sv }).click()
    await page.getByRole('heading', { name: officeSwedish.programmes.title }).waitFor()
    await page.getByRole('button', { name: languageNames.sv }).waitFor({ state: 'detached' })
    expect(await account.evaluate((button) => button === document.activeElement)).to.equal(true)
  })

  it('shows a till’s code in the place of its form, until another is asked for or the till has joined', async () => {
    const { page } = await device(browser, desktop)
    await signInAs(page, town.origin, 'Jukka Perälä', 'office')
    await page.getByRole('button', { name: officeWords.tabs.merchants }).click()
    await page.getByRole('button', { name: 'Kino Majakka' }).click()
    await page.getByLabel(officeWords.merchant.tillName, { exact: true }).fill('Till 1')
    const make = page.getByRole('button', { name: officeWords.merchant.makeCode, exact: true })
    await make.click()
    await page.getByRole('heading', { name: officeWords.merchant.codeFor('Till 1') }).waitFor()
    await page.getByText(/^Valid until/).waitFor()
    expect(await make.count()).to.equal(0)
    const code = (await page.locator('.big-code-text').textContent()) ?? ''
    const { page: device1 } = await device(browser, phone)
    await openTill(device1, town.origin, code)
    await page.getByText(officeWords.merchant.tillJoined).waitFor()
    await page.getByRole('button', { name: officeWords.merchant.makeAnother }).click()
    await make.waitFor()
  })

  async function codeOf(shop: string): Promise<string> {
    return await tillCode(town.story.staff, town.story.shops.find(({ name }) => name === shop)!, 'Kassa 1')
  }
})
