import { signInAs } from '../../test/support/pages.ts'
import desk from '../../wallet-app/src/desk/text/fi.ts'
import office from '../../wallet-app/src/office/text/fi.ts'
import common from '../../wallet-app/src/text/fi.ts'
import { postUntilFinal, readPost } from '../walkthrough/posting.ts'
import { signInStaff } from '../walkthrough/staff.ts'
import { type Album, newDesktop, newPhone, take } from './album.ts'

/** Posts whatever waits, and cuts sheets of every note that may go on one: not of a youth's who has no phone yet. */
export async function postAll(origin: string): Promise<void> {
  const staff = await signInStaff(origin)
  const noneMay = { unpostedCount: 0, revokesPending: 0, refundsPending: 0, waitingForGuarantee: 0 }
  await postUntilFinal(staff, { ...(await readPost(staff)), ...noneMay, outboxPending: 0 }, 60)
}

/** A need with what the published rules say of it, on a worker's phone; and a youth's page on a wide screen. */
export async function pictureDesk(album: Album): Promise<void> {
  const narrow = await newPhone(album)
  await signInAs(narrow, album.origin, 'Mikko Salmela', 'desk')
  await narrow.getByText('Näätä').click()
  await narrow.getByRole('button', { name: desk.need.decide }).click()
  const food = narrow.getByRole('group', { name: desk.check.fact.hasFoodForThreeDays })
  await food.getByRole('radio', { name: common.no, exact: true }).click()
  await narrow.getByText(desk.check.outcome.meets_criteria).waitFor()
  // The end of the check stands right above the button at the foot.
  await narrow.getByRole('region', { name: desk.check.title }).evaluate((check) => {
    const foot = document.querySelector('.screen-foot')?.getBoundingClientRect().top ?? innerHeight
    scrollBy(0, check.getBoundingClientRect().bottom + 12 - foot)
  })
  await take(album, narrow, 'desk')

  const wide = await newDesktop(album)
  await signInAs(wide, album.origin, 'Aino Kallio', 'desk')
  await wide.getByText('Kettu').click()
  await wide.getByText(desk.need.landed.partly_used).waitFor()
  await take(album, wide, 'desk-wide')
}

/** Every programme and its money, the books to the cent, and one programme in the dark. */
export async function pictureOffice(album: Album): Promise<void> {
  const officer = await newDesktop(album)
  await signInAs(officer, album.origin, 'Jukka Perälä', 'office')
  await officer.getByRole('button', { name: 'Ruokaa heti' }).waitFor()
  await take(album, officer, 'office-programmes-wide')

  const auditor = await newDesktop(album)
  await signInAs(auditor, album.origin, 'Eeva Lind', 'office')
  await auditor.getByRole('button', { name: office.tabs.books }).click()
  await auditor.getByText(office.books.balanced).waitFor()
  await take(album, auditor, 'office-books-wide')

  const dark = await newDesktop(album, { colorScheme: 'dark' })
  await signInAs(dark, album.origin, 'Sanna Lehto', 'office')
  await dark.getByRole('button', { name: 'Ruokaa heti' }).click()
  await dark.getByText(office.programme.guarantee, { exact: true }).waitFor()
  await take(album, dark, 'office-dark-wide')
}
