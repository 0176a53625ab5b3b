import type { Language } from '../text/text.ts'

/** What a youth will read stands in the youth's own language, whichever the worker's screen speaks. */
export interface ForYouth {
  grantReasons: readonly string[]
  refusalReasons: readonly string[]
  sheet: {
    title: string
    steps(site: string): readonly string[]
    once(day: string, time: string): string
    secret: string
    help(phone: string): string
  }
}

export const forYouth: Record<Language, ForYouth> = {
  fi: {
    grantReasons: ['Sovimme tästä yhdessä.', 'Tarvitset tätä nyt, eikä muu apu ehdi ajoissa.'],
    refusalReasons: ['Ehdot eivät täyty tällä kertaa.', 'Saat tähän jo muuta apua.'],
    sheet: {
      title: 'Ota lompakko käyttöön',
      steps: (site) => [
        'Osoita puhelimen kamera koodiin ja avaa linkki.',
        `Jos kamera ei toimi, avaa ${site} ja kirjoita koodi.`,
        'Valmis. Maksaminen ei tarvitse verkkoa.',
      ],
      once: (day, time) => `Koodin voi käyttää kerran, ${day} klo ${time} asti.`,
      secret: 'Älä anna koodia muille. Kun olet käyttänyt sen, voit heittää paperin pois.',
      help: (phone) => `Apua puhelimella: ${phone}`,
    },
  },
  sv: {
    grantReasons: ['Vi kom överens om det här tillsammans.', 'Du behöver detta nu, och annan hjälp hinner inte fram.'],
    refusalReasons: ['Villkoren uppfylls inte den här gången.', 'Du får redan annan hjälp till detta.'],
    sheet: {
      title: 'Ta plånboken i bruk',
      steps: (site) => [
        'Rikta telefonens kamera mot koden och öppna länken.',
        `Om kameran inte fungerar, öppna ${site} och skriv koden.`,
        'Klart. Du behöver inget nät för att betala.',
      ],
      once: (day, time) => `Koden kan användas en gång, till ${day} kl. ${time}.`,
      secret: 'Ge inte koden till andra. När du har använt den kan du slänga pappret.',
      help: (phone) => `Hjälp per telefon: ${phone}`,
    },
  },
  en: {
    grantReasons: ['We agreed on this together.', 'You need this now, and other help would come too late.'],
    refusalReasons: ['The criteria are not met this time.', 'You get other help for this already.'],
    sheet: {
      title: 'Set up your wallet',
      steps: (site) => [
        'Point the phone’s camera at the code and open the link.',
        `If the camera does not work, open ${site} and type the code.`,
        'Done. Paying needs no network.',
      ],
      once: (day, time) => `The code works once, until ${day} at ${time}.`,
      secret: 'Do not give the code to anybody. When you have used it, you can throw this paper away.',
      help: (phone) => `Help by phone: ${phone}`,
    },
  },
}
