import { approve, extend, listApprovals, revoke } from './afterwards.ts'
import { decide, proofOf } from './decisions.ts'
import { checkNeed, readCase, recordNeed } from './needs.ts'
import { grantByReference } from './references.ts'

/** What a desk does: from a need by a decision to a grant. Everything about a person in it is sealed under their key. */
export { approve, checkNeed, decide, extend, grantByReference, listApprovals, proofOf, readCase, recordNeed, revoke }
