import type { Purpose } from '../../../../protocol/purposes.ts'
import type { SameAs } from '../../text/text.ts'

const fi = {
  product: 'Kipinä',
  desk: 'Työpöytä',
  office: 'Toimisto',
  menu: 'Sivut',
  account: 'Oma tili',
  signIn: 'Kirjaudu',
  signOut: 'Kirjaudu ulos',
  deskLead: 'Työpöytä on työntekijöille: tarpeet, päätökset ja koodit nuorten puhelimiin.',
  officeLead: 'Toimisto on ohjelmille, kauppiaille ja tilityksille.',
  ended: 'Kirjautumisesi on päättynyt. Kirjoittamasi on yhä tällä sivulla.',
  signInAgain: 'Kirjaudu uudessa välilehdessä',
  noRole: 'Sinulla ei ole oikeuksia tähän näkymään.',
  goToDesk: 'Siirry työpöydälle',
  goToOffice: 'Siirry toimistoon',
  reload: 'Päivitä',
  print: 'Tulosta',
  notASum: 'Kirjoita summa euroina, esimerkiksi 50 tai 12,50.',
  municipality: 'Kotikunta',
  municipalityUnknown: 'Kirjoita kunnan nimi ja valitse se luettelosta.',
  amount: 'Summa, €',
  until: 'Voimassa asti',
  reason: 'Perustelu',
  reasonShort: 'Kirjoita perustelu, vähintään kolme merkkiä.',
  readyReasons: 'Valmiita perusteluja',
  code: {
    label: 'QR-koodi',
    until: (day: string, time: string) => `Voimassa ${day} klo ${time} asti. Koodin voi käyttää kerran.`,
  },
  purpose: {
    food: 'Ruoka',
    clothes: 'Vaatteet',
    travel: 'Matkat',
    hobby: 'Harrastus',
    culture: 'Kulttuuri',
    health: 'Terveys',
    study: 'Opiskelu',
    home: 'Koti',
  } satisfies Record<Purpose, string>,
}

export default fi

export type Text = SameAs<typeof fi>
