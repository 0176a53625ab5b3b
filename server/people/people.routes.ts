import { type Response, Router } from 'express'
import type { z } from 'zod'
import * as api from '../../protocol/api/people.ts'
import type { Deps } from '../deps.ts'
import { serve } from '../http/serve.ts'
import { clearSessionCookie, endSession, findSession, setSessionCookie, tokenIn } from '../http/sessions.ts'
import { issueCode, listCases, openCase } from './cases.ts'
import {
  enrolWallet,
  joinTill,
  type OnNewWallet,
  type Started,
  signInStaff,
  signInTill,
  signInWallet,
} from './enrolment.ts'
import { tillName } from './people.store.ts'
import { newNonce, signerOf } from './signIn.ts'
import { addStaffSignIn } from './staffSignIn.ts'

type Session = z.output<typeof api.session>

/** Signing in, enrolling, joining, and the worker's cases. `onNewWallet` is what the vouchers step does for a new phone. */
export function peopleRoutes(deps: Deps, { onNewWallet }: { onNewWallet: OnNewWallet }): Router {
  const router = Router()
  addSignIn(router, onNewWallet)
  addStaffSignIn(router, deps)

  serve(router, api.getSession, async ({ params, deps, req }) => {
    const token = tokenIn(req, params.actor)
    return { session: token === null ? null : await sessionOf(deps, params.actor, token) }
  })
  serve(router, api.signOut, async ({ body, deps, req, res }) => {
    const token = tokenIn(req, body.actor)
    if (token !== null) await endSession(deps.db, deps.now(), body.actor, token)
    clearSessionCookie(res, body.actor)
    return { done: true as const }
  })

  serve(router, api.listCases, async ({ who, deps }) => ({
    cases: await listCases(deps, who),
  }))
  serve(router, api.openCase, ({ body, who, deps }) => openCase(deps, who, body))
  serve(router, api.issueCode, ({ params, who, deps }) => issueCode(deps, who, params.case))
  return router
}

function addSignIn(router: Router, onNewWallet: OnNewWallet): void {
  serve(router, api.getNonce, ({ deps }) => newNonce(deps))
  serve(router, api.enrolWallet, async ({ body, deps, res }) => {
    const address = await signerOf(deps, body.message, body.signature)
    return answer(deps, res, await enrolWallet(deps, address, body, onNewWallet))
  })
  serve(router, api.signInWallet, async ({ body, deps, res }) => {
    const address = await signerOf(deps, body.message, body.signature)
    return answer(deps, res, await signInWallet(deps, address))
  })
  serve(router, api.joinTill, async ({ body, deps, res }) => {
    const address = await signerOf(deps, body.message, body.signature)
    return answer(deps, res, await joinTill(deps, address, body.code))
  })
  serve(router, api.signInTill, async ({ body, deps, res }) => {
    const address = await signerOf(deps, body.message, body.signature)
    return answer(deps, res, await signInTill(deps, address))
  })
  serve(router, api.signInSigner, async ({ body, deps, res }) => {
    const signer = await signerOf(deps, body.message, body.signature)
    return answer(deps, res, await signInStaff(deps, { signer }))
  })
}

async function answer(deps: Deps, res: Response, started: Started): Promise<Session> {
  setSessionCookie(res, started.actor, started)
  return (await sessionOf(deps, started.actor, started.token)) as Session
}

async function sessionOf(deps: Deps, actor: Session['actor'], token: string): Promise<Session | null> {
  const found = await findSession(deps.db, deps.now(), actor, token)
  if (found === null) return null
  const { who, expiresAt } = found
  const nobody = { name: null, roles: [], till: null, merchant: null }
  const base = { ...nobody, actor, organisation: who.organisation, expiresAt }
  if (who.actor === 'wallet') return base
  if (who.actor === 'staff') return { ...base, name: who.name, roles: who.roles }
  return { ...base, name: await tillName(deps.db, who.tillId), till: who.tillId, merchant: who.merchantId }
}
