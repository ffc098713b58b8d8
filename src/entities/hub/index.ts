import { HubEventEntity } from './hub-event-entity.js'
import { HubLeaseEntity } from './hub-lease-entity.js'
import { HubMemberEntity } from './hub-member-entity.js'
import { HubRepoEntity } from './hub-repo-entity.js'
import { HubVoidEntity } from './hub-void-entity.js'

export const HUB_ENTITIES = {
  Repo: HubRepoEntity,
  Event: HubEventEntity,
  Void: HubVoidEntity,
  Lease: HubLeaseEntity,
  Member: HubMemberEntity,
} as const

export type HubEntities = typeof HUB_ENTITIES
