import { expect } from 'chai'
import { refusals } from '../../protocol/refusals.ts'
import { forYouth } from '../../wallet-app/src/desk/forYouth.ts'
import deskEn from '../../wallet-app/src/desk/text/en.ts'
import deskFi from '../../wallet-app/src/desk/text/fi.ts'
import deskSv from '../../wallet-app/src/desk/text/sv.ts'
import officeEn from '../../wallet-app/src/office/text/en.ts'
import officeFi from '../../wallet-app/src/office/text/fi.ts'
import officeSv from '../../wallet-app/src/office/text/sv.ts'
import staffEn from '../../wallet-app/src/staff/text/en.ts'
import staffFi from '../../wallet-app/src/staff/text/fi.ts'
import staffSv from '../../wallet-app/src/staff/text/sv.ts'
import en from '../../wallet-app/src/text/en.ts'
import fi from '../../wallet-app/src/text/fi.ts'
import sv from '../../wallet-app/src/text/sv.ts'
import tillEn from '../../wallet-app/src/till/text/en.ts'
import tillFi from '../../wallet-app/src/till/text/fi.ts'
import tillSv from '../../wallet-app/src/till/text/sv.ts'
import youthEn from '../../wallet-app/src/youth/text/en.ts'
import youthFi from '../../wallet-app/src/youth/text/fi.ts'
import youthSv from '../../wallet-app/src/youth/text/sv.ts'

/** Every text of a part, with its path; functions are called with what stands for any sum or name. */
function texts(part: object, path = ''): [path: string, text: string][] {
  return Object.entries(part).flatMap(([key, value]): [string, string][] => {
    const here = path === '' ? key : `${path}.${key}`
    if (typeof value === 'string') return [[here, value]]
    if (typeof value === 'function') return [[here, String(value('1', '2', '3'))]]
    return texts(value as object, here)
  })
}

const parts = {
  common: { fi, sv, en },
  youth: { fi: youthFi, sv: youthSv, en: youthEn },
  till: { fi: tillFi, sv: tillSv, en: tillEn },
  // The paper that a youth carries home.
  sheet: { fi: forYouth.fi.sheet, sv: forYouth.sv.sheet, en: forYouth.en.sheet },
  staff: { fi: staffFi, sv: staffSv, en: staffEn },
  desk: { fi: deskFi, sv: deskSv, en: deskEn },
  office: { fi: officeFi, sv: officeSv, en: officeEn },
}

/** What a youth or a till shows to others; staff's own screens call things by their names. */
const shownToOthers = ['youth', 'till', 'sheet']

/** Words that would tell whoever looks over the shoulder, or stands at the till, more than that somebody pays. */
const telling =
  /welfare|benefit|need(?!ed|s)|scheme|social|programme|etuu|tarve|avustu|sosiaali|ohjelma|förmån|behov|bidrag|stöd|social/i

for (const [part, languages] of Object.entries(parts)) {
  describe(`Words of ${part}`, () => {
    const paths = texts(languages.fi).map(([path]) => path)

    for (const [language, words] of Object.entries(languages)) {
      it(`are all there in ${language}`, () => {
        expect(texts(words).map(([path]) => path)).to.have.members(paths)
        for (const [path, text] of texts(words)) expect(text.trim(), path).not.to.equal('')
      })

      if (!shownToOthers.includes(part)) continue
      it(`tell nothing of a youth in ${language}`, () => {
        for (const [path, text] of texts(words)) expect(text, path).not.to.match(telling)
      })
    }
  })
}

describe('Refusals', () => {
  for (const [language, { refusal }] of Object.entries(parts.common)) {
    it(`have a sentence for each word in ${language}`, () => {
      for (const word of Object.keys(refusals)) {
        expect(refusal[word as keyof typeof refusal], word).to.match(/^[A-ZÅÄÖ].*\.$/)
      }
    })
  }
})
