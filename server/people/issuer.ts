import { generateKeyPairSync } from 'node:crypto'
import { Router, urlencoded } from 'express'
import type { Provider } from 'oidc-provider'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import { findStaff, listStaff } from './people.store.ts'
import { pageLanguages, signInPage, style, stylePath } from './signInPage.ts'
import { embeddedClient } from './staffSignIn.ts'

/**
 * An OpenID issuer of our own, for the sample: whoever opens its page may sign in as any of the sample's staff. It is real
 * OpenID Connect, so that the code that signs staff in is the same as with an organisation's own issuer.
 *
 * @throws outside the sample.
 */
export async function openIssuer(deps: Deps): Promise<Router> {
  if (!deps.config.isSample) throw new Error('The embedded issuer asks for no password: it is for the sample only')
  const { origin } = deps.config
  // Loaded here only: with an issuer of its own, an installation runs without it.
  const { Provider } = await import('oidc-provider')
  const client = embeddedClient(origin, deps.keys.secrets.signIn)
  const provider = new Provider(client.issuer, {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [`${origin}/api/auth/staff/callback`],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: { keys: [signingKey()] },
    cookies: { keys: [deps.keys.secrets.signIn.toString('base64url')] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/issuer/sign-in/${interaction.uid}` },
    pkce: { required: () => true },
    ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 60, Interaction: 600, Session: 600, Grant: 600 },
    loadExistingGrant: async (ctx) => {
      // Our own client asks for nothing but who somebody is: there is nothing to consent to.
      const grant = new provider.Grant({
        accountId: ctx.oidc.session?.accountId ?? '',
        clientId: ctx.oidc.client?.clientId ?? '',
      })
      grant.addOIDCScope('openid')
      await grant.save()
      return grant
    },
    findAccount: async (_, subject) => {
      const staff = await findStaff(deps.db, { subject })
      return staff && { accountId: subject, claims: () => ({ sub: subject }) }
    },
  })
  return routesOf(deps, provider)
}

function signingKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: 'sample' }
}

function routesOf(deps: Deps, provider: Provider): Router {
  const router = Router()
  router.get(stylePath, (_, res) => void res.type('css').send(style))
  router.get('/issuer/sign-in/:uid', async (req, res) => {
    await provider.interactionDetails(req, res).catch(() => {
      throw new Refused('nonce_not_valid')
    })
    const language = pageLanguages.find((known) => known === req.acceptsLanguages([...pageLanguages])) ?? 'fi'
    res.type('html').send(signInPage(req.path, await listStaff(deps.db), language))
  })
  router.post('/issuer/sign-in/:uid', urlencoded({ extended: false, limit: '1kb' }), async (req, res) => {
    const subject: unknown = req.body?.subject
    const staff = typeof subject === 'string' ? await findStaff(deps.db, { subject }) : undefined
    if (staff === undefined) throw new Refused('not_known')
    // Each sign-in is somebody else's: nothing of the one before is kept.
    const login = { accountId: staff.subject, remember: false }
    await provider.interactionFinished(req, res, { login }, { mergeWithLastSubmission: false }).catch(() => {
      throw new Refused('nonce_not_valid')
    })
  })
  router.use('/issuer', provider.callback())
  return router
}
