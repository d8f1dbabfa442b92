// One script and one style sheet, no network, the same bytes on every machine; beside them the licences and the stamp.
import react from "@vitejs/plugin-react"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { defineConfig, type Plugin } from "vite"

const here = import.meta.dirname

/** The hash of everything that the bundle is made of; tests/ui/test_canvas_build.py computes the same without node. */
function stamp(): string {
  const found = readdirSync(join(here, "src"), { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => relative(here, join(one.parentPath, one.name)).replaceAll("\\", "/"))
  const hash = createHash("sha256")
  for (const name of [...found, "package-lock.json", "vite.config.ts"].sort()) {
    hash.update(name).update("\0").update(readFileSync(join(here, name))).update("\0")
  }
  return `${hash.digest("hex")}\n`
}

/** The licence of every package that went into the bundle. */
function licences(modules: Iterable<string>): string {
  const packages = new Set<string>()
  for (const one of modules) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(one.replaceAll("\\", "/"))
    if (found) packages.add(found[1])
  }
  return [...packages]
    .sort()
    .map((name) => {
      const folder = join(here, "node_modules", name)
      const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
      const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "license"].find((one) => existsSync(join(folder, one)))
      return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), "utf8").trim() : ""}\n`
    })
    .join(`\n${"-".repeat(78)}\n\n`)
}

function besides(): Plugin {
  return {
    name: "besides",
    apply: "build",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: ".stamp", source: stamp() })
      this.emitFile({ type: "asset", fileName: "THIRD_PARTY_LICENCES.txt", source: licences(this.getModuleIds()) })
    },
  }
}

export default defineConfig({
  root: here,
  base: "./",
  plugins: [react(), besides()],
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  build: {
    outDir: "build",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    cssCodeSplit: false,
    rolldownOptions: {
      input: join(here, "src/index.tsx"),
      preserveEntrySignatures: "strict",
      output: { codeSplitting: false, entryFileNames: "index-[hash].js", assetFileNames: "index-[hash][extname]" },
    },
  },
  test: { environment: "node", include: ["tests/**/*.test.ts"] },
} as Parameters<typeof defineConfig>[0])
