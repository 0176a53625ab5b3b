import type { RuleSet } from '../ruleSet.ts'
import { lapland } from './areas.ts'

export const food: RuleSet = {
  id: '2026-1-food',
  title: { fi: 'Ruokaa heti', sv: 'Mat genast', en: 'Food at once' },
  criteria: [
    {
      id: 'own_matter',
      holds: { fact: 'ageBand', isOneOf: ['12_14', '15_17', '18_plus'] },
      sentence: {
        fi: 'Olet vähintään 12-vuotias: nuoremman asiaa hoidetaan perheen kanssa.',
        sv: 'Du är minst 12 år: för yngre sköts saken tillsammans med familjen.',
        en: 'You are at least 12: a younger child’s matter is handled with the family.',
      },
      legalBasis: 'Lastensuojelulaki 417/2007, 21 §',
    },
    {
      id: 'lives_here',
      holds: { fact: 'municipality', isOneOf: lapland },
      sentence: {
        fi: 'Kotikuntasi on hyvinvointialueellamme.',
        sv: 'Din hemkommun hör till vårt välfärdsområde.',
        en: 'Your home municipality belongs to our wellbeing services county.',
      },
      legalBasis: 'Kotikuntalaki 201/1994, 2 §',
    },
    {
      id: 'urgent',
      holds: { fact: 'hasFoodForThreeDays', isOneOf: [false] },
      sentence: {
        fi: 'Sinulla ei ole ruokaa kolmeksi päiväksi.',
        sv: 'Du har inte mat för tre dagar.',
        en: 'You do not have food for three days.',
      },
      legalBasis: 'Sosiaalihuoltolaki 1301/2014, 12 §',
    },
    {
      id: 'not_covered',
      holds: { fact: 'otherSupportCoversIt', isOneOf: [false] },
      sentence: {
        fi: 'Mikään muu tuki ei kata tätä nyt.',
        sv: 'Inget annat stöd täcker detta nu.',
        en: 'No other support covers this now.',
      },
      legalBasis: 'Laki toimeentulotuesta 1412/1997, 2 §',
    },
  ],
  // Urgent need is met wherever one happens to be, and asks for nothing else first.
  requires: {
    all: [
      { criterion: 'own_matter' },
      {
        any: [{ criterion: 'urgent' }, { all: [{ criterion: 'lives_here' }, { criterion: 'not_covered' }] }],
      },
    ],
  },
}
