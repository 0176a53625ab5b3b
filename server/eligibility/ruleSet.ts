import type { z } from 'zod'
import type { facts } from '../../protocol/api/grants.ts'
import type { Words } from '../db/tables.ts'

export type Facts = z.output<typeof facts>
export type FactName = keyof Facts

/** A statement about facts, as data: whoever publishes the rules and whoever checks them read the same lines. */
export type Condition =
  | { fact: FactName; isOneOf: readonly (string | boolean)[] }
  | { all: readonly Condition[] }
  | { any: readonly Condition[] }
  | { not: Condition }

export interface Criterion {
  id: string
  holds: Condition
  /** For the youth as much as for the worker. */
  sentence: Words
  /** The act and section it rests on, by its number in the Statutes of Finland. */
  legalBasis: string
}

/** Published rules, never changed once in use: a new version is a new file with a new id. */
export interface RuleSet {
  id: string
  title: Words
  criteria: readonly Criterion[]
  /** How the criteria combine, by their ids; without it, all of them must hold. */
  requires?: Requirement
}

export type Requirement =
  | { criterion: string }
  | { all: readonly Requirement[] }
  | { any: readonly Requirement[] }
  | { not: Requirement }
