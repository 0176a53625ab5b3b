/** For every endpoint with a body, one that its schema takes, as JSON; what it names does not exist. */
const uuid = '0b0e7ad5-6a5c-4d0e-9f33-5f0f5a3a7c11'
const address = `0x${'ab'.repeat(20)}`
const id16 = `0x${'cd'.repeat(16)}`
const nonce = `0x${'12'.repeat(8)}`
const signature = `0x${'34'.repeat(65)}`
const words = { fi: 'a', sv: 'b', en: 'c' }
const signed = { message: 'm'.repeat(60), signature }
const charge = { merchant: 1, till: 1, priceCents: '100', nonce, askedAt: 1, signature }
const offer = {
  merchant: 1,
  deadline: '1800000000',
  opening: { nonce, signedAt: 1, salt: nonce, agreedCents: '100' },
  notes: [{ noteId: id16, mostCents: '100', signature }],
}
const later = '2036-01-01T00:00:00.000Z'

export const bodies: Record<string, unknown> = {
  enrolWallet: { ...signed, code: '0000-0000-0000-0000', stock: [address] },
  signInWallet: signed,
  joinTill: { ...signed, code: '0000-0000-0000-0000' },
  signInTill: signed,
  signInSigner: signed,
  signOut: { actor: 'wallet' },
  openCase: { id: uuid, pseudonym: 'Kettu', ageBand: '15_17', municipality: '240', language: 'fi' },
  issueCode: {},
  uploadStock: { from: 0, addresses: [address] },
  payFromWallet: { charge, offer },
  payAhead: { till: 1, priceCents: '100', offer },
  giveUp: { nonce, offer },
  openCharge: charge,
  cancelCharge: {},
  payAtTill: { charge, offer },
  undoPayment: {},
  refundPayment: { id: id16, cents: '1' },
  reportAhead: { used: [id16], unused: [id16] },
  recordNeed: { id: uuid, programme: 1, text: 'Food', facts: { isStudent: true } },
  checkNeed: { facts: { isStudent: true } },
  decideNeed: {
    outcome: 'granted',
    id: uuid,
    reason: 'because',
    amountCents: '1',
    validUntil: later,
    isEmergency: false,
  },
  approveDecision: { approve: true, reason: 'because' },
  revokeGrant: { reason: 'because' },
  extendGrant: { reason: 'because', validUntil: later },
  grantByReference: {
    id: uuid,
    case: uuid,
    programme: 1,
    decisionNumber: '1/2026',
    amountCents: '1',
    validUntil: later,
  },
  openProgramme: {
    id: 77_777,
    name: words,
    label: words,
    kind: 'value',
    mode: 'full',
    isUniversal: false,
    purposes: ['food'],
    ruleSet: null,
    templates: [{ id: 't', name: words, amountCents: '1', validDays: 1 }],
    mostPerGrantCents: '1',
    dailyLimitCents: '1',
    undoSeconds: null,
  },
  fundProgramme: { id: uuid, bankReference: 'BANK', budgetCents: '1', floatCents: '0', guaranteeCents: '0' },
  proposeMerchant: {
    id: 77_777,
    name: 'Shop',
    businessId: '0737546-2',
    iban: 'FI2112345600000785',
    purposes: ['food'],
    municipality: '240',
    street: 'Street 1',
    postalCode: '94100',
    latitude: 65.7,
    longitude: 24.5,
  },
  approveMerchant: { iban: 'FI2112345600000785' },
  suspendMerchant: { reason: 'because' },
  issueTillCode: { tillName: 'Kassa', acceptsAhead: false },
  draftSettlement: { id: uuid, executionDate: '2036-01-01' },
  approveSettlement: { totalCents: '1' },
  dropSettlement: {},
  readStatement: { xml: '<Document>not a statement</Document>' },
  runPost: { sheets: 'by_rule' },
  payGuarantee: {},
}

/** A value for each name in a path or a query. */
export const params: Record<string, string> = {
  actor: 'wallet',
  case: uuid,
  need: uuid,
  decision: uuid,
  settlement: uuid,
  programme: '77777',
  merchant: '77777',
  nonce,
  payment: id16,
}
export const queries: Record<string, Record<string, string>> = {
  getDay: { day: '2026-11-10' },
}
