import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Request, Response, Router } from 'express'
import * as oidc from 'openid-client'
import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import type { Locals } from '../http/serve.ts'
import { setSessionCookie } from '../http/sessions.ts'
import { signInStaff } from './enrolment.ts'

const callbackPath = '/api/auth/staff/callback'
const cookie = '__Host-kipina-sign-in'
const minutes = 10

/** What must survive the way to the sign-in page and back; sealed, since it lies in the browser. */
const underWay = z.object({
  verifier: z.string(),
  state: z.string(),
  nonce: z.string(),
  returnTo: z.string(),
  until: z.number(),
})
type UnderWay = z.infer<typeof underWay>

/** OpenID Connect, authorisation code with PKCE: the organisation's own sign-in, or in the sample the embedded one. */
export function addStaffSignIn(router: Router, deps: Deps): void {
  const issuer = lazily(() => discover(deps))

  router.get('/api/auth/staff/login', async (req: Request, res: Response) => {
    await (req.app.locals as Locals).limits.count(req, res, null)
    const keep: UnderWay = {
      verifier: oidc.randomPKCECodeVerifier(),
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      returnTo: localPath(req.query.returnTo),
      until: Date.now() + minutes * 60_000,
    }
    const url = oidc.buildAuthorizationUrl(await issuer(), {
      redirect_uri: deps.config.origin + callbackPath,
      scope: 'openid',
      code_challenge: await oidc.calculatePKCECodeChallenge(keep.verifier),
      code_challenge_method: 'S256',
      state: keep.state,
      nonce: keep.nonce,
    })
    const options = { secure: true, httpOnly: true, sameSite: 'lax', path: '/', maxAge: minutes * 60_000 } as const
    res.cookie(cookie, seal(deps.keys.secrets.signIn, keep), options)
    res.redirect(303, url.href)
  })

  router.get(callbackPath, async (req: Request, res: Response) => {
    await (req.app.locals as Locals).limits.count(req, res, null)
    const keep = unseal(deps.keys.secrets.signIn, cookieIn(req))
    res.clearCookie(cookie, { secure: true, httpOnly: true, path: '/' })
    if (keep === null || keep.until < Date.now()) throw new Refused('nonce_not_valid')
    const subject = await subjectOf(await issuer(), new URL(deps.config.origin + req.originalUrl), keep)
    const started = await signInStaff(deps, { subject })
    setSessionCookie(res, 'staff', started)
    res.redirect(303, keep.returnTo)
  })
}

/** Who the issuer says it is. Refuses `signature_not_valid` for anything but a whole and genuine answer. */
async function subjectOf(config: oidc.Configuration, url: URL, keep: UnderWay): Promise<string> {
  try {
    const tokens = await oidc.authorizationCodeGrant(config, url, {
      pkceCodeVerifier: keep.verifier,
      expectedState: keep.state,
      expectedNonce: keep.nonce,
      idTokenExpected: true,
    })
    return z.string().min(1).parse(tokens.claims()?.sub)
  } catch {
    throw new Refused('signature_not_valid')
  }
}

async function discover({ config, keys }: Deps): Promise<oidc.Configuration> {
  const { issuer, clientId, clientSecret } = config.oidc ?? embeddedClient(config.origin, keys.secrets.signIn)
  // Plain HTTP only for the issuer inside this very process.
  const options = config.oidc === null && issuer.startsWith('http:') ? { execute: [oidc.allowInsecureRequests] } : {}
  return oidc.discovery(new URL(issuer), clientId, clientSecret, undefined, options).catch(() => {
    throw new Refused('unavailable')
  })
}

/** How this server is known to its own issuer, in the sample. */
export function embeddedClient(origin: string, secret: Buffer) {
  return { issuer: `${origin}/issuer`, clientId: 'kipina', clientSecret: secret.toString('base64url') }
}

/** Asks once, when first needed; after a failure the next caller asks again. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => {
    made ??= make().catch((error: unknown) => {
      made = null
      throw error
    })
    return made
  }
}

const pathHere = /^\/(?![/\\])[\x21-\x7e]*$/

/** Only a path of this site: a sign-in must not send people elsewhere. */
export function localPath(wanted: unknown): string {
  if (typeof wanted !== 'string' || !pathHere.test(wanted)) return '/desk'
  const url = new URL(wanted, 'http://kipina.invalid')
  const path = url.pathname + url.search + url.hash
  // Asked again of what is sent: reading `/.//host` takes the dot away, and `//host` is another site.
  return url.host === 'kipina.invalid' && pathHere.test(path) ? path : '/desk'
}

function cookieIn(req: Request): string {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([name]) => name === cookie)?.[1] ?? ''
}

function seal(key: Buffer, content: UnderWay): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const text = Buffer.concat([cipher.update(JSON.stringify(content)), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')
}

function unseal(key: Buffer, sealed: string): UnderWay | null {
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length < 29) return null
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAuthTag(bytes.subarray(12, 28))
    return underWay.parse(JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString()))
  } catch {
    return null
  }
}
