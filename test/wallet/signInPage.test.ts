import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect } from 'chai'
import { pageLanguages, signInPage, style, words } from '../../server/people/signInPage.ts'

const tokens = readFileSync(resolve(import.meta.dirname, '../../wallet-app/src/ui/tokens.css'), 'utf8')
const person = {
  subject: 'a"b',
  name: '<b>Aino</b>',
  roles: ['worker', 'auditor'],
  organisation: { fi: 'Kunta', sv: 'Kommun', en: 'Town' },
}

/** `--name: value` of the light part and of the dark part. */
function declared(css: string): { light: Map<string, string>; dark: Map<string, string> } {
  const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)')
  const read = (part: string) =>
    new Map([...part.matchAll(/(--[\w-]+): ([^;]+);/g)].map(([, name, is]) => [name!, is!]))
  return { light: read(light), dark: read(dark) }
}

describe('Sign-in page of the sample', () => {
  it('has the colours and measures of the app, light and dark', () => {
    const [app, page] = [declared(tokens), declared(style)]
    expect(page.light.size).to.be.greaterThan(5)
    for (const [name, is] of page.light) expect(is, name).to.equal(app.light.get(name))
    for (const [name, is] of page.dark) expect(is, name).to.equal(app.dark.get(name))
  })

  for (const language of pageLanguages) {
    it(`stands in ${language}, roles and all`, () => {
      const page = signInPage('/issuer/sign-in/1', [person], language)
      expect(page).to.include(`<html lang="${language}">`)
      expect(page).to.include(words[language].heading)
      expect(page).to.include(
        `${words[language].role.worker}, ${words[language].role.auditor} · ${person.organisation[language]}`,
      )
    })
  }

  it('writes names as text, whatever is in them', () => {
    const page = signInPage('/issuer/sign-in/1', [person], 'fi')
    expect(page).not.to.include('<b>Aino</b>')
    expect(page).not.to.include('a"b')
  })
})
