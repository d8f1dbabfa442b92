// Icons: Streamlit's own letters by name, or the sign that a kind of step from elsewhere brings along.

export function Icon({ name }: { name: string }) {
  const material = /^:material\/(\w+):$/.exec(name)?.[1] ?? (/^[a-z0-9_]+$/.test(name) ? name : null)
  return (
    <span className={material ? "icon" : "icon sign"} aria-hidden="true">
      {material ?? name}
    </span>
  )
}
