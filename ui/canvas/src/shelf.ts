// What survives a reload of the page: this tab's own storage. A browser without it only loses this last net.

import type { Shelf } from "./desk"

export const shelf: Shelf = {
  read(docId) {
    try {
      return sessionStorage.getItem(`tropa-draft-${docId}`)
    } catch {
      return null
    }
  },
  write(docId, text) {
    try {
      if (text === null) sessionStorage.removeItem(`tropa-draft-${docId}`)
      else sessionStorage.setItem(`tropa-draft-${docId}`, text)
    } catch {
      // Full or forbidden: the draft still goes to the server.
    }
  },
}
