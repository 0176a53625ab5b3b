import type { Generated } from 'kysely'

export interface PostStateTable {
  is_the_one: Generated<boolean>
  stage: Generated<'idle' | 'redemptions' | 'releases' | 'sheets'>
  is_ordered: Generated<boolean>
  sheets: Generated<'by_rule' | 'now'>
  started_at: Date | null
  stage_since: Date | null
  holder: string | null
  held_until: Date | null
}

export interface PostTables {
  post_state: PostStateTable
}
