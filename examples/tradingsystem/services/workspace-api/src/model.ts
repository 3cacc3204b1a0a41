// The nouns of the service, as schemas: one definition for validation at run time and types at build time.
import { type Static, type TString, Type } from '@sinclair/typebox'

/** One line without white space at its ends. */
const Title = (maxLength: number): TString =>
  Type.String({ minLength: 1, maxLength, pattern: '^\\S(.*\\S)?$' })

export const NewWorkspace = Type.Object(
  { name: Title(100), description: Type.Optional(Type.String({ maxLength: 2000 })) },
  { additionalProperties: false },
)
export const WorkspaceChange = Type.Partial(NewWorkspace, { additionalProperties: false, minProperties: 1 })

export const ItemKind = Type.Union([
  Type.Literal('note'),
  Type.Literal('chart'),
  Type.Literal('watchlist'),
  Type.Literal('link'),
])
const body = Type.Record(Type.String(), Type.Unknown())
export const NewItem = Type.Object(
  { kind: ItemKind, title: Title(200), body: Type.Optional(body) },
  { additionalProperties: false },
)
export const ItemChange = Type.Object(
  {
    title: Type.Optional(Title(200)),
    body: Type.Optional(body),
    position: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  },
  { additionalProperties: false, minProperties: 1 },
)
export const Page = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  offset: Type.Integer({ minimum: 0, default: 0 }),
})

export type NewWorkspace = Static<typeof NewWorkspace>
export type WorkspaceChange = Static<typeof WorkspaceChange>
export type NewItem = Static<typeof NewItem>
export type ItemChange = Static<typeof ItemChange>
export type Page = Static<typeof Page>

export interface Workspace {
  id: string
  name: string
  description: string
  createdAt: Date
  updatedAt: Date
}

export interface Item {
  id: string
  workspaceId: string
  kind: Static<typeof ItemKind>
  title: string
  body: Record<string, unknown>
  position: number
  createdAt: Date
  updatedAt: Date
}

export interface Activity {
  at: Date
  action: 'created' | 'changed' | 'deleted'
  subject: 'workspace' | 'item'
  title: string
}
