import { expect } from 'chai'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { tillCode } from '../../scripts/walkthrough/opening.ts'
import en from '../../wallet-app/src/text/en.ts'
import tillWords from '../../wallet-app/src/till/text/en.ts'
import youthWords from '../../wallet-app/src/youth/text/en.ts'
import { launchBrowser, showToCamera } from '../support/browser.ts'
import { device, openTill, openWallet, phone } from '../support/pages.ts'
import { type SampleTown, sampleTown, youthWithVoucher } from '../support/sampleTown.ts'

describe('Paying with a phone that has no network', function () {
  this.timeout(180_000)
  let town: SampleTown
  let browser: Browser
  let youthContext: BrowserContext
  let youth: Page
  let till: Page
  const callsOfYouth: string[] = []
  let lastShown: Uint8Array

  before(async () => {
    town = await sampleTown({
      undoSeconds: 600,
      mode: 'reference',
      onRequest: ({ headers, method, url }) => {
        // The browser's own search for a newer service worker is not stopped by the emulated loss of the network.
        const isOfApp = url?.startsWith('/api/') === true
        if (isOfApp && headers.cookie?.includes('kipina-wallet')) callsOfYouth.push(`${method} ${url}`)
      },
    })
    browser = await launchBrowser()
    ;({ context: youthContext, page: youth } = await device(browser, phone))
    ;({ page: till } = await device(browser, phone))
  })
  after(async () => {
    await browser?.close()
    await town?.end()
  })

  it('begins with two codes: a till here, a wallet there', async () => {
    const shop = town.story.shops.find(({ name }) => name === 'Torin Lounas')!
    await openTill(till, town.origin, await tillCode(town.story.staff, shop, 'Kassa 1'))
    await till.getByText('Torin Lounas').waitFor()

    await openWallet(youth, town.origin, await youthWithVoucher(town, 'food', 5000n))
    await youth.getByRole('button', { name: youthWords.show, exact: true }).click()
    await youth.getByText('€50.00').first().waitFor()
  })

  it('opens the wallet again without a network', async () => {
    // What scanning needs is fetched when the phone has time.
    await youth.evaluate(async () => {
      await navigator.serviceWorker.ready
      for (let keptReader = false; !keptReader; ) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        for (const name of await caches.keys()) {
          const kept = await (await caches.open(name)).keys()
          keptReader ||= kept.some(({ url }) => url.endsWith('.wasm'))
        }
      }
    })
    await youthContext.setOffline(true)
    callsOfYouth.length = 0
    await youth.reload()
    await youth.getByRole('button', { name: youthWords.pay, exact: true }).waitFor()
  })

  it('pays the till’s code: two scans, and the till turns green', async () => {
    await typePrice('890')
    await till.getByRole('button', { name: tillWords.price.show }).click()
    const asked = await till.getByRole('img', { name: tillWords.charge.label }).screenshot()

    await youth.getByRole('button', { name: youthWords.pay, exact: true }).click()
    await showToCamera(youth, asked)
    await youth.getByRole('button', { name: youthWords.confirm.payNow('€8.90') }).click()
    await showToCamera(youth, null)
    await showCodeToTill()
    expect(await till.getByText('€8.90').count()).to.be.greaterThan(0)
  })

  it('is undone at the till', async () => {
    await till.getByRole('button', { name: tillWords.paid.undo }).click()
    await till.getByRole('button', { name: tillWords.undo.yes }).click()
    await till.getByRole('heading', { name: tillWords.undo.done }).waitFor()
    await till.getByRole('button').first().click()
  })

  it('pays by one scan: up to a sum, and the till types the price', async () => {
    await youth.getByRole('button', { name: youthWords.code.finish }).click()
    await youth.getByRole('button', { name: youthWords.ask.yes }).click()
    await youth.getByRole('button', { name: youthWords.pay, exact: true }).click()
    await youth.getByRole('button', { name: youthWords.scan.showMine }).click()
    await youth.getByText('Torin Lounas').first().click()
    await youth.getByRole('button', { name: youthWords.upTo.showCode }).click()
    await till.goto(`${town.origin}/till`)
    await typePrice('650')
    await showCodeToTill()
    expect(await till.getByText('€6.50').count()).to.be.greaterThan(0)
  })

  it('is green once for one code: a picture of it buys nothing more, at the same price neither', async () => {
    await till.getByRole('button', { name: tillWords.paid.next }).click()
    await typePrice('650')
    await till.getByRole('button', { name: tillWords.price.scan }).click()
    await showToCamera(till, lastShown)
    await till.getByText(en.refusal.already_used).waitFor()
    expect(await till.getByRole('heading', { name: tillWords.paid.title }).count()).to.equal(0)
    await showToCamera(till, null)
  })

  it('asks nothing of the server meanwhile, and hears of it all when the network is back', async () => {
    expect(callsOfYouth).to.deep.equal([])
    await youthContext.setOffline(false)
    await youth.getByRole('heading', { name: youthWords.paid.title }).waitFor()
    await youth.getByRole('button', { name: youthWords.paid.done }).click()
    await youth.getByRole('button', { name: youthWords.show, exact: true }).click()
    await youth.getByText('€43.50').first().waitFor()
    expect(callsOfYouth).to.include('GET /api/wallet')
  })

  async function typePrice(digits: string): Promise<void> {
    await till.getByRole('button', { name: tillWords.price.show }).waitFor()
    await till.keyboard.type(digits, { delay: 50 })
  }

  async function showCodeToTill(): Promise<void> {
    lastShown = await youth.getByRole('img', { name: youthWords.code.label }).screenshot()
    await till.getByRole('button', { name: tillWords.price.scan }).click()
    await showToCamera(till, lastShown)
    await till.getByRole('heading', { name: tillWords.paid.title }).waitFor()
    await showToCamera(till, null)
  }
})
