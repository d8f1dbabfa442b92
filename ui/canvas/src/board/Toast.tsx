// A short word after a deed, with a way back.

import { useEffect } from "react"

import { useAround } from "../around"
import { Icon } from "../icon"

export interface Said {
  text: string
  actions: { label: string; run: () => void }[]
}

const STAYS_MS = 8000

export function Toast({ said, onClose }: { said: Said; onClose: () => void }) {
  const { t } = useAround()
  useEffect(() => {
    const timer = setTimeout(onClose, STAYS_MS)
    return () => clearTimeout(timer)
  }, [said])
  return (
    <div className="toast" role="status" data-testid="toast">
      <span>{said.text}</span>
      {said.actions.map((one) => (
        <button key={one.label} type="button" onClick={() => { onClose(); one.run() }}>{one.label}</button>
      ))}
      <button type="button" className="plain" aria-label={t("Close")} onClick={onClose}><Icon name="close" /></button>
    </div>
  )
}
