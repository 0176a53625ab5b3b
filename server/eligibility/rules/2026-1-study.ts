import type { RuleSet } from '../ruleSet.ts'
import { lapland } from './areas.ts'

export const study: RuleSet = {
  id: '2026-1-study',
  title: { fi: 'Opiskelun tarpeisiin', sv: 'För studierna', en: 'For studying' },
  criteria: [
    {
      id: 'studies',
      holds: { fact: 'isStudent', isOneOf: [true] },
      sentence: {
        fi: 'Opiskelet, tai olet vielä oppivelvollinen.',
        sv: 'Du studerar eller är fortfarande läropliktig.',
        en: 'You study, or schooling is still compulsory for you.',
      },
      legalBasis: 'Oppivelvollisuuslaki 1214/2020, 2 §',
    },
    {
      id: 'is_young',
      holds: { not: { fact: 'ageBand', isOneOf: ['under_12'] } },
      sentence: {
        fi: 'Olet vähintään 12-vuotias.',
        sv: 'Du är minst 12 år.',
        en: 'You are at least 12.',
      },
      legalBasis: 'Nuorisolaki 1285/2016, 3 §',
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
      id: 'little_means',
      holds: {
        any: [
          { fact: 'householdReceivesBasicAssistance', isOneOf: [true] },
          { fact: 'hasFoodForThreeDays', isOneOf: [false] },
        ],
      },
      sentence: {
        fi: 'Kotitaloutesi saa perustoimeentulotukea, tai rahat eivät riitä ruokaan.',
        sv: 'Ditt hushåll får grundläggande utkomststöd, eller så räcker pengarna inte till mat.',
        en: 'Your household receives basic social assistance, or money does not last for food.',
      },
      legalBasis: 'Laki toimeentulotuesta 1412/1997, 13 §',
    },
    {
      id: 'not_covered',
      holds: { fact: 'otherSupportCoversIt', isOneOf: [false] },
      sentence: {
        fi: 'Mikään muu tuki ei kata tätä.',
        sv: 'Inget annat stöd täcker detta.',
        en: 'No other support covers this.',
      },
      legalBasis: 'Laki toimeentulotuesta 1412/1997, 2 §',
    },
  ],
}
