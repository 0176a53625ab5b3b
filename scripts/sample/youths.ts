import { municipalities, type ProgrammeKey } from './town.ts'

export interface SampleYouth {
  pseudonym: string
  ageBand: '12_14' | '15_17' | '18_plus'
  municipality: string
  language: 'fi' | 'sv' | 'en'
  /** Which of the two workers knows the youth. */
  worker: 0 | 1
  vouchers: { programme: ProgrammeKey; cents: bigint }[]
}

/** Youths with vouchers and a code for their phone; pseudonyms are a worker's own shorthand, never a name. */
export const youths: SampleYouth[] = [
  {
    pseudonym: 'Kettu',
    ageBand: '15_17',
    municipality: municipalities.kemi,
    language: 'fi',
    worker: 0,
    vouchers: [
      { programme: 'food', cents: 5000n },
      { programme: 'clothes', cents: 8000n },
      { programme: 'culture', cents: 4000n },
      { programme: 'meal', cents: 1200n },
    ],
  },
  {
    pseudonym: 'Ilves',
    ageBand: '15_17',
    municipality: municipalities.tornio,
    language: 'sv',
    worker: 0,
    vouchers: [
      { programme: 'culture', cents: 4000n },
      { programme: 'hobby', cents: 6000n },
    ],
  },
  {
    pseudonym: 'Riekko',
    ageBand: '12_14',
    municipality: municipalities.keminmaa,
    language: 'en',
    worker: 1,
    vouchers: [
      { programme: 'culture', cents: 4000n },
      { programme: 'travel', cents: 3000n },
    ],
  },
]

export interface SampleNeed {
  youth: SampleYouth
  programme: ProgrammeKey
  /** Null: not decided. Else an emergency: granted at once, and reviewed by a second person afterwards. */
  cents: bigint | null
}

/** Needs that wait: one for more facts, one for its review. */
export const needs: SampleNeed[] = [
  { youth: withoutVouchers('Näätä', '12_14', 1), programme: 'food', cents: null },
  { youth: withoutVouchers('Sopuli', '18_plus', 0), programme: 'clothes', cents: 12_000n },
]

function withoutVouchers(pseudonym: string, ageBand: SampleYouth['ageBand'], worker: 0 | 1): SampleYouth {
  return { pseudonym, ageBand, municipality: municipalities.kemi, language: 'fi', worker, vouchers: [] }
}
