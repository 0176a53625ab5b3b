import { z } from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import * as audit from '../protocol/api/audit.ts'
import type { Endpoint } from '../protocol/api/endpoint.ts'
import * as grants from '../protocol/api/grants.ts'
import * as network from '../protocol/api/network.ts'
import * as people from '../protocol/api/people.ts'
import * as settlements from '../protocol/api/settlements.ts'
import * as till from '../protocol/api/till.ts'
import * as wallet from '../protocol/api/wallet.ts'
import { type Refusal, refusals } from '../protocol/refusals.ts'

/** Every call of the API, by the name it has in protocol/api. */
export const endpoints: Record<string, Endpoint> = Object.fromEntries(
  [people, wallet, till, grants, network, settlements, audit]
    .flatMap((step) => Object.entries(step))
    .filter((entry): entry is [string, Endpoint] => isEndpoint(entry[1])),
)

function isEndpoint(thing: unknown): thing is Endpoint {
  return typeof thing === 'object' && thing !== null && 'path' in thing && 'actors' in thing
}

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    refusal: z.enum(Object.keys(refusals) as [Refusal, ...Refusal[]]),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details; `refusal` is the word a program reads' })

/** The API as OpenAPI 3.1, made from the same schemas that every request and answer goes through. */
export function openApiDocument() {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const [name, endpoint] of Object.entries(endpoints)) {
    const path = endpoint.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [endpoint.method]: operationOf(name, endpoint) }
  }
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Kipinä',
      version: '1',
      description: 'Benefit vouchers for young people. Money is whole cents in decimal strings; times are ISO 8601.',
      license: { name: 'EUPL-1.2', identifier: 'EUPL-1.2' },
    },
    components: {
      securitySchemes: {
        wallet: { type: 'apiKey', in: 'cookie', name: '__Host-kipina-wallet' },
        till: { type: 'apiKey', in: 'cookie', name: '__Host-kipina-till' },
        staff: { type: 'apiKey', in: 'cookie', name: '__Host-kipina-staff', description: 'Roles are checked per call' },
      },
    },
    paths: paths as ZodOpenApiPathsObject,
  })
}

function operationOf(name: string, endpoint: Endpoint): ZodOpenApiOperationObject {
  const content = endpoint.path.endsWith('.xml') ? 'application/xml' : 'application/json'
  return {
    operationId: name,
    summary: endpoint.summary,
    ...(endpoint.actors.includes('public') ? {} : { description: `Actors: ${endpoint.actors.join(', ')}` }),
    security: securityOf(endpoint),
    ...((endpoint.params || endpoint.query) && {
      requestParams: {
        ...(endpoint.params && { path: endpoint.params }),
        ...(endpoint.query && { query: endpoint.query }),
      },
    }),
    ...(endpoint.body && {
      requestBody: { required: true, content: { 'application/json': { schema: endpoint.body } } },
    }),
    responses: {
      [endpoint.status ?? 200]: { description: 'Done', content: { [content]: { schema: endpoint.answer } } },
      default: {
        description: `Refusals: ${refusalsOf(endpoint).join(', ')}`,
        content: { 'application/problem+json': { schema: problem } },
      },
    },
  }
}

function securityOf({ actors }: Endpoint): Record<string, string[]>[] {
  const schemes = actors.map((actor) =>
    actor === 'wallet' || actor === 'till' || actor === 'public' ? actor : 'staff',
  )
  return [...new Set(schemes)].filter((scheme) => scheme !== 'public').map((scheme) => ({ [scheme]: [] }))
}

/** The words a call may answer with: its own, and those that every call of its kind has. */
export function refusalsOf(endpoint: Endpoint): Refusal[] {
  const isPublic = endpoint.actors.includes('public')
  const isStaff = !isPublic && endpoint.actors.some((actor) => actor !== 'wallet' && actor !== 'till')
  const common: Refusal[] = [
    'too_many_requests',
    ...(endpoint.method === 'post' ? (['origin_not_allowed'] as const) : []),
    ...(isPublic ? [] : (['not_signed_in'] as const)),
    ...(isStaff ? (['not_allowed'] as const) : []),
    ...(endpoint.body ? (['too_large'] as const) : []),
    ...(endpoint.body || endpoint.params || endpoint.query ? (['bad_request'] as const) : []),
    'internal',
  ]
  return [...new Set([...common, ...endpoint.refusals])]
}
