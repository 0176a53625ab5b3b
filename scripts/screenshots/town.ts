import type { Page } from 'playwright-core'
import { issueTillCode, listMerchants } from '../../protocol/api/network.ts'
import { showToCamera } from '../../test/support/browser.ts'
import till from '../../wallet-app/src/till/text/fi.ts'
import english from '../../wallet-app/src/youth/text/en.ts'
import wallet from '../../wallet-app/src/youth/text/fi.ts'
import swedish from '../../wallet-app/src/youth/text/sv.ts'
import type { Codes } from '../seed.ts'
import { signInStaff } from '../walkthrough/staff.ts'
import { type Album, joinWith, newPhone, take } from './album.ts'

/** A wallet and a till in Finnish: a payment by two scans, then one scan that offers too little, and is taken as far as it goes. */
export async function picturePaying(album: Album, codes: Codes): Promise<void> {
  const youth = await newPhone(album)
  await joinWith(youth, album.origin, codeOf(codes, 'Kettu'), wallet.enrol)
  await youth.getByRole('button', { name: wallet.show, exact: true }).click()
  await youth.getByText('50,00').waitFor()
  await take(album, youth, 'wallet')

  const [shop] = codes.tills
  if (shop === undefined) throw new Error('The town has no till')
  const cashier = await newPhone(album)
  await joinWith(cashier, `${album.origin}/till`, shop.code, till.join)
  await typePrice(cashier, '890')
  await take(album, cashier, 'till-price')

  await cashier.getByRole('button', { name: till.price.show }).click()
  const asked = await cashier.getByRole('img', { name: till.charge.label }).screenshot()
  await youth.getByRole('button', { name: wallet.pay, exact: true }).click()
  await showToCamera(youth, asked)
  await youth.getByRole('radio', { name: 'Ruoka' }).click()
  await showToCamera(youth, null)
  const confirm = youth.getByRole('button', { name: /^Maksa\s8,90/ })
  await youth.getByText('41,10').waitFor()
  await take(album, youth, 'confirm')
  await confirm.click()
  await youth.getByRole('heading', { name: wallet.paid.title }).waitFor()
  await cashier.getByRole('heading', { name: till.paid.title }).waitFor()
  await take(album, cashier, 'till-green')

  await youth.getByRole('button', { name: wallet.paid.done }).click()
  const shown = await showOwnCode(youth, shop.shop, wallet)
  await cashier.getByRole('button', { name: till.paid.next }).click()
  await typePrice(cashier, '1250')
  await cashier.getByRole('button', { name: till.price.scan }).click()
  await showToCamera(cashier, shown)
  await cashier.getByRole('heading', { name: till.no.title }).waitFor()
  await take(album, cashier, 'till-no')
  await cashier.getByRole('button', { name: /^Ota\s10,00/ }).click()
  await cashier.getByRole('heading', { name: till.paid.title }).waitFor()
}

/** Two more wallets: one in Swedish and dark, with its sums hidden; one in English that shows a code of its own. */
export async function pictureLanguages(album: Album, codes: Codes): Promise<void> {
  const dark = await newPhone(album, { locale: 'sv-FI', colorScheme: 'dark' })
  await joinWith(dark, album.origin, codeOf(codes, 'Ilves'), swedish.enrol)
  await dark.getByRole('button', { name: swedish.show, exact: true }).waitFor()
  await take(album, dark, 'wallet-dark')

  await setUpTill(album, 'Kino Majakka')
  const paying = await newPhone(album, { locale: 'en-GB' })
  await joinWith(paying, album.origin, codeOf(codes, 'Riekko'), english.enrol)
  await showOwnCode(paying, 'Kino Majakka', english)
  await take(album, paying, 'pay')
}

/** A shop without a till is not offered to a youth. */
async function setUpTill(album: Album, shop: string): Promise<void> {
  const { officer } = await signInStaff(album.origin)
  const { merchants } = await officer.call(listMerchants)
  const merchant = merchants.find(({ name }) => name === shop)?.id
  if (merchant === undefined) throw new Error(`There is no shop ${shop}`)
  const body = { tillName: 'Kassa', acceptsAhead: false }
  const { code } = await officer.call(issueTillCode, { params: { merchant }, body })
  const cashier = await newPhone(album)
  await joinWith(cashier, `${album.origin}/till`, code, till.join)
  await cashier.getByRole('button', { name: till.price.show }).waitFor()
}

function codeOf({ youths }: Codes, pseudonym: string): string {
  const code = youths.find((youth) => youth.pseudonym === pseudonym)?.code
  if (!code) throw new Error(`There is no code for ${pseudonym}`)
  return code
}

async function typePrice(cashier: Page, digits: string): Promise<void> {
  await cashier.getByRole('button', { name: till.price.show }).waitFor()
  for (const digit of digits) await cashier.getByRole('button', { name: digit, exact: true }).click()
}

/** One scan: a code for up to 10 €, which is picked where there is as much. Answers its picture. */
async function showOwnCode(youth: Page, shop: string, t: typeof wallet | typeof english): Promise<Uint8Array> {
  await youth.getByRole('button', { name: t.pay, exact: true }).click()
  await youth.getByRole('button', { name: t.scan.showMine }).click()
  await youth.getByText(shop).first().click()
  await youth.getByRole('button', { name: t.upTo.showCode }).click()
  return await youth.getByRole('img', { name: t.code.label }).screenshot()
}
