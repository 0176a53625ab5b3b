import type { Purpose } from '../../protocol/purposes.ts'

/**
 * The sample town: invented people and shops in municipalities that exist. Any likeness to a shop or a person there is
 * chance; the business ids and accounts belong to nobody.
 */
export const organisation = {
  id: 'lapin-hyvinvointialue',
  kind: 'wellbeing_county',
  name: { fi: 'Lapin hyvinvointialue', sv: 'Lapplands välfärdsområde', en: 'Wellbeing services county of Lapland' },
  municipality: '698',
  phone: '+358 16 000 0000',
} as const

/** Codes of Statistics Finland. */
export const municipalities = { kemi: '240', keminmaa: '241', tornio: '851' } as const

export type Role = 'worker' | 'approver' | 'officer' | 'finance' | 'auditor'

export interface SampleStaff {
  subject: string
  name: string
  roles: Role[]
  title: string
  decisionLimitCents: bigint
}

export const staff: SampleStaff[] = [
  person('aino.kallio', 'Aino Kallio', ['worker'], 'social worker', 100_000n),
  person('mikko.salmela', 'Mikko Salmela', ['worker'], 'youth worker', 100_000n),
  person('riitta.hautala', 'Riitta Hautala', ['approver'], 'leading social worker', 3_000_000n),
  person('jukka.perala', 'Jukka Perälä', ['officer'], 'programme officer', 0n),
  person('sanna.lehto', 'Sanna Lehto', ['finance'], 'finance', 0n),
  person('petri.niemi', 'Petri Niemi', ['finance'], 'finance', 0n),
  person('eeva.lind', 'Eeva Lind', ['auditor'], 'auditor', 0n),
]

function person(subject: string, name: string, roles: Role[], title: string, limitCents: bigint): SampleStaff {
  return { subject, name, roles, title, decisionLimitCents: limitCents }
}

export type ProgrammeKey = 'culture' | 'food' | 'clothes' | 'travel' | 'hobby' | 'meal'

export interface SampleProgramme {
  key: ProgrammeKey
  name: { fi: string; sv: string; en: string }
  label: { fi: string; sv: string; en: string }
  kind: 'value' | 'service'
  mode: 'full' | 'reference'
  isUniversal: boolean
  purposes: Purpose[]
  ruleSet: string | null
  /** What a grant usually is. */
  usualCents: bigint
  mostPerGrantCents: bigint
  validDays: number
  budgetCents: bigint
}

export const programmes: SampleProgramme[] = [
  {
    key: 'culture',
    name: { fi: 'Yhdeksäsluokkalaisten kulttuuri', sv: 'Niornas kultur', en: 'Culture for ninth-graders' },
    label: { fi: 'Kulttuuri', sv: 'Kultur', en: 'Culture' },
    kind: 'value',
    mode: 'reference',
    isUniversal: true,
    purposes: ['culture'],
    ruleSet: null,
    usualCents: 4000n,
    mostPerGrantCents: 5000n,
    validDays: 180,
    budgetCents: 2_000_000n,
  },
  {
    key: 'food',
    name: { fi: 'Ruokaa heti', sv: 'Mat genast', en: 'Food at once' },
    label: { fi: 'Ruoka', sv: 'Mat', en: 'Food' },
    kind: 'value',
    mode: 'full',
    isUniversal: false,
    purposes: ['food'],
    ruleSet: '2026-1-food',
    usualCents: 5000n,
    mostPerGrantCents: 12_000n,
    validDays: 30,
    budgetCents: 1_500_000n,
  },
  {
    key: 'clothes',
    name: { fi: 'Talvivaatteet nuorelle', sv: 'Vinterkläder', en: 'Winter clothes' },
    label: { fi: 'Talvivaatteet', sv: 'Vinterkläder', en: 'Winter clothes' },
    kind: 'value',
    mode: 'full',
    isUniversal: false,
    purposes: ['clothes'],
    ruleSet: null,
    usualCents: 8000n,
    mostPerGrantCents: 40_000n,
    validDays: 90,
    budgetCents: 1_500_000n,
  },
  {
    key: 'travel',
    name: { fi: 'Koulumatkat', sv: 'Skolresor', en: 'Travel to school' },
    label: { fi: 'Matkat', sv: 'Resor', en: 'Travel' },
    kind: 'value',
    mode: 'full',
    isUniversal: false,
    purposes: ['travel'],
    ruleSet: null,
    usualCents: 3000n,
    mostPerGrantCents: 10_000n,
    validDays: 60,
    budgetCents: 1_000_000n,
  },
  {
    key: 'hobby',
    name: { fi: 'Harrastus kaikille', sv: 'En hobby för alla', en: 'A hobby for everyone' },
    label: { fi: 'Harrastus', sv: 'Hobby', en: 'Hobby' },
    kind: 'value',
    mode: 'full',
    isUniversal: false,
    purposes: ['hobby'],
    ruleSet: null,
    usualCents: 6000n,
    mostPerGrantCents: 12_000n,
    validDays: 120,
    budgetCents: 1_500_000n,
  },
  {
    key: 'meal',
    name: { fi: 'Lämmin ateria', sv: 'En varm måltid', en: 'A warm meal' },
    label: { fi: 'Ateria', sv: 'Måltid', en: 'Meal' },
    kind: 'service',
    mode: 'full',
    isUniversal: false,
    purposes: ['food'],
    ruleSet: null,
    usualCents: 1200n,
    mostPerGrantCents: 1200n,
    validDays: 14,
    budgetCents: 500_000n,
  },
]

export interface SampleShop {
  name: string
  purposes: Purpose[]
  municipality: string
  street: string
  postalCode: string
  latitude: number
  longitude: number
  /** A till that takes receipts paid ahead, because there is no network where it stands. */
  acceptsAhead: boolean
}

const { kemi, keminmaa, tornio } = municipalities

export const shops: SampleShop[] = [
  shop('Torin Lounas', ['food'], kemi, 'Valtakatu 11', '94100', 65.7362, 24.5638),
  shop('Meripuiston Ruoka', ['food'], kemi, 'Meripuistokatu 4', '94100', 65.7331, 24.5602),
  shop('Kahvila Kuura', ['food'], tornio, 'Hallituskatu 6', '95400', 65.8488, 24.1465),
  shop('Rajan Ruokapuoti', ['food', 'home'], tornio, 'Länsiranta 12', '95400', 65.8465, 24.1409),
  shop('Kyläkauppa Lumme', ['food', 'home'], keminmaa, 'Kunnantie 3', '94400', 65.8041, 24.5349),
  shop('Leirikeittiö Laavu', ['food'], keminmaa, 'Rantatie 40', '94400', 65.8152, 24.5083, true),
  shop('Kenkä-Kulma', ['clothes'], kemi, 'Keskuspuistokatu 9', '94100', 65.7368, 24.5671),
  shop('Vaateliike Havina', ['clothes'], tornio, 'Hallituskatu 14', '95400', 65.8493, 24.1481),
  shop('Kiertokammari', ['clothes', 'home'], kemi, 'Sauvosaarenkatu 20', '94100', 65.7381, 24.5597),
  shop('Perämeren Linjat', ['travel'], kemi, 'Valtakatu 1', '94100', 65.7349, 24.5655),
  shop('Pyöräpaja Ratas', ['travel', 'hobby'], tornio, 'Kemintie 18', '95420', 65.8451, 24.1703),
  shop('Uimahalli Laine', ['hobby'], kemi, 'Uimahallinkatu 2', '94100', 65.7395, 24.5713),
  shop('Soittopaja Sointu', ['hobby', 'culture'], tornio, 'Koskikatu 5', '95400', 65.8502, 24.1502),
  shop('Kino Majakka', ['culture'], kemi, 'Kauppakatu 7', '94100', 65.7355, 24.5629),
]

function shop(
  name: string,
  purposes: Purpose[],
  municipality: string,
  street: string,
  postalCode: string,
  latitude: number,
  longitude: number,
  acceptsAhead = false,
): SampleShop {
  return { name, purposes, municipality, street, postalCode, latitude, longitude, acceptsAhead }
}
