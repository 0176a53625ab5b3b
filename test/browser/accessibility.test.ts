import { AxeBuilder } from '@axe-core/playwright'
import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { seedNeeds } from '../../scripts/seed.ts'
import { tillCode } from '../../scripts/walkthrough/opening.ts'
import officeWords from '../../wallet-app/src/office/text/en.ts'
import tillWords from '../../wallet-app/src/till/text/en.ts'
import youthWords from '../../wallet-app/src/youth/text/en.ts'
import { launchBrowser } from '../support/browser.ts'
import { desktop, device, openTill, openWallet, phone, signInAs } from '../support/pages.ts'
import { type SampleTown, sampleTown, youthWithVoucher } from '../support/sampleTown.ts'

for (const colorScheme of ['light', 'dark'] as const) {
  describe(`Accessibility, ${colorScheme}`, function () {
    this.timeout(180_000)
    let town: SampleTown
    let browser: Browser

    before(async () => {
      town = await sampleTown({ undoSeconds: 600, mode: null })
      browser = await launchBrowser()
      // A shop without a till is not offered.
      const { page } = await device(browser, phone)
      await openTill(page, town.origin, await tillCode(town.story.staff, cinema(), 'Kassa 1'))
    })
    after(async () => {
      await browser?.close()
      await town?.end()
    })

    it('finds no fault in the wallet', async () => {
      const { page } = await device(browser, { ...phone, colorScheme })
      await page.goto(town.origin)
      await page.getByLabel(youthWords.enrol.code).waitFor()
      await expectNoFault(page, 'joining')
      await openWallet(page, town.origin, await youthWithVoucher(town, 'culture', 4000n))
      await expectNoFault(page, 'home')
      await page.getByRole('button', { name: /^Culture/ }).click()
      await page.getByText(youthWords.voucher.where).waitFor()
      await expectNoFault(page, 'a voucher')
      await page.getByRole('button', { name: 'Back' }).click()
      await page.getByRole('button', { name: youthWords.settings }).click()
      await expectNoFault(page, 'settings')
      await page.getByRole('button', { name: 'Back' }).click()
      await page.getByRole('button', { name: youthWords.pay, exact: true }).click()
      await page.getByRole('button', { name: youthWords.scan.showMine }).waitFor()
      await expectNoFault(page, 'paying')
      await page.getByRole('button', { name: youthWords.scan.showMine }).click()
      await expectNoFault(page, 'choosing a shop')
      await page.getByText('Kino Majakka').first().click()
      await expectNoFault(page, 'up to')
      await page.getByRole('button', { name: youthWords.upTo.showCode }).click()
      await page.getByRole('img', { name: youthWords.code.label }).waitFor()
      await expectNoFault(page, 'a code')
    })

    it('finds no fault in the till', async () => {
      const { page } = await device(browser, { ...phone, colorScheme })
      await page.goto(`${town.origin}/till`)
      await page.getByLabel(tillWords.join.code).waitFor()
      await expectNoFault(page, 'joining')
      await openTill(page, town.origin, await tillCode(town.story.staff, cinema(), 'Kassa 2'))
      await expectNoFault(page, 'a price')
      await page.getByRole('button', { name: tillWords.price.day }).click()
      await page.getByText(tillWords.day.total).waitFor()
      await expectNoFault(page, 'a day')
      await page.getByRole('button', { name: 'Back' }).click()
      await page.getByRole('button', { name: tillWords.price.show }).waitFor()
      await page.keyboard.type('890', { delay: 50 })
      await page.getByRole('button', { name: tillWords.price.show }).click()
      await page.getByRole('img', { name: tillWords.charge.label }).waitFor()
      await expectNoFault(page, 'a charge')
      await page.getByRole('button', { name: tillWords.price.scan }).click()
      await expectNoFault(page, 'scanning')
    })

    it('finds no fault at the desk and in the office', async () => {
      await seedNeeds(town.story.staff, town.story.programmes)
      const { page } = await device(browser, { ...desktop, colorScheme })
      await page.goto(`${town.origin}/desk`)
      await page.getByRole('heading').first().waitFor()
      await expectNoFault(page, 'signing in')
      await page.goto(`${town.origin}/api/auth/staff/login?returnTo=/desk`)
      await page.getByRole('button', { name: 'Mikko Salmela' }).waitFor()
      await expectNoFault(page, 'the issuer’s page')
      await signInAs(page, town.origin, 'Mikko Salmela', 'desk')
      await page.getByText('Näätä').first().waitFor()
      await expectNoFault(page, 'cases')
      await page.getByText('Näätä').first().click()
      await page.getByText('Needs and decisions').waitFor()
      await expectNoFault(page, 'a case')

      const { page: office } = await device(browser, { ...desktop, colorScheme })
      await signInAs(office, town.origin, 'Jukka Perälä', 'office')
      await office.getByRole('button', { name: 'Food at once' }).first().waitFor()
      await expectNoFault(office, 'programmes')
      await office.getByRole('button', { name: 'Jukka Perälä' }).click()
      await expectNoFault(office, 'the menu')
      await office.getByRole('button', { name: officeWords.tabs.merchants }).click()
      await office.getByRole('button', { name: 'Kino Majakka' }).click()
      await office.getByRole('button', { name: officeWords.merchant.makeCode }).click()
      await office.getByText(officeWords.merchant.tillNameFirst).waitFor()
      await expectNoFault(office, 'a merchant')
      await office.getByLabel(officeWords.merchant.tillName, { exact: true }).fill('Kassa 3')
      await office.getByRole('button', { name: officeWords.merchant.makeCode }).click()
      await office.getByRole('button', { name: officeWords.merchant.makeAnother }).waitFor()
      await expectNoFault(office, 'a code for a till')
    })

    function cinema() {
      return town.story.shops.find(({ name }) => name === 'Kino Majakka')!
    }
  })
}

/** WCAG 2.2 A and AA, and the practices that axe knows besides. */
async function expectNoFault(page: Page, where: string): Promise<void> {
  const { violations, passes } = await new AxeBuilder({ page }).analyze()
  const faults = violations.map(
    ({ id, nodes }) => `${where}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  )
  expect(faults).to.deep.equal([])
  expect(passes.length, `${where}: nothing was looked at`).to.be.greaterThan(5)
}
