// Who is signed in here, and how far that goes: the server decides, the pages only do not offer what would be refused.
export const me = { person: '', right: '' }

export interface Session { person: string; right: string }

export function iAm(session: Session): string {
  Object.assign(me, { person: session.person, right: session.right })
  return session.person
}

export const mayRespond = () => me.right !== 'viewer'
export const mayApprove = () => me.right === 'approver' || me.right === 'administrator'
export const mayAdminister = () => me.right === 'administrator'
