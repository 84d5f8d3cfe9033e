import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { schemaReference } from '../support/schema-reference';

const ROOT = join(__dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/schema-reference.html'), 'utf8');

describe('docs/schema-reference.html', () => {
  it('is the reference of schema.graphql; `npm run schema:reference` prints it', () => {
    const schema = buildSchema(readFileSync(join(ROOT, 'schema.graphql'), 'utf8'));
    expect(page === schemaReference(schema, 'The GraphQL API of Stepdown')).toBe(true);
  });

  it('has a target for each of its links, and no anchor twice', () => {
    const anchors = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(anchors).size).toBe(anchors.length);
    const targets = new Set([...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id));
    expect(targets.size).toBeGreaterThan(200);
    expect([...targets].filter((id) => !anchors.includes(id))).toEqual([]);
  });

  it('loads nothing: no script, no style sheet, no image, and a policy that refuses them', () => {
    expect(page).not.toMatch(/<(?:script|link|img|iframe|object|embed)\b|@import|url\(|\son\w+=/);
    expect(page).toContain(
      `http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"`,
    );
  });

  it('stays below a megabyte', () => {
    expect(page.length).toBeLessThan(1_000_000);
  });
});

describe('a reference', () => {
  const html = schemaReference(
    buildSchema(`
      "Says <b>when</b>."
      directive @since("Of _n_." version: String = "1") on FIELD_DEFINITION | OBJECT

      "A date, see \`Pet\` and \`pets\`."
      scalar Date @specifiedBy(url: "https://example.com/date")

      "All pets."
      union Pet = Cat | Dog

      "Has a name."
      interface Named {
        "The name."
        name: String!
      }

      "A cat."
      type Cat implements Named {
        "The name of the cat."
        name: String!
        "Was its age."
        age: Int @deprecated(reason: "Until 2027-01-01; use \`Cat\`.")
      }

      "A dog."
      type Dog {
        "Its size."
        size: Size!
      }

      "How big."
      enum Size {
        "Small."
        SMALL
        "Medium."
        MEDIUM @deprecated(reason: "Never used.")
      }

      "Which pets."
      input PetFilter {
        "The sizes."
        sizes: [Size!]! = [SMALL, MEDIUM]
        "The old form."
        size: Size @deprecated(reason: "Use sizes.")
      }

      "All queries."
      type Query {
        "Finds pets."
        pets("Which." filter: PetFilter = { sizes: [SMALL] }, "Old." name: String @deprecated(reason: "Use filter.")): [Pet!]
      }
    `),
    'A & B',
  );

  it.each([
    ['a root field, with its type', '<h3 id="Query.pets">pets<small>: [<a href="#Pet">Pet</a>!]</small></h3>'],
    [
      'an argument with its default',
      '<dt>filter<span>: <a href="#PetFilter">PetFilter</a> = <code>{sizes: [SMALL]}</code></span></dt>\n<dd><p>Which.</p></dd>',
    ],
    [
      'a deprecated argument',
      '<p>Old.</p>\n<div class="deprecated"><p><strong>Deprecated.</strong></p><p>Use filter.</p>',
    ],
    ['a field of a type', '<dt id="Cat.name">name<span>: <a href="#String">String</a>!</span></dt>'],
    ['a deprecated field', '<p>Until 2027-01-01; use <code><a href="#Cat">Cat</a></code>.</p></div>'],
    ['a field of an input with its default', ' = <code>[SMALL, MEDIUM]</code></span></dt>\n<dd><p>The sizes.</p></dd>'],
    ['a deprecated field of an input', '<p>Use sizes.</p>'],
    ['a value of an enum', '<dt id="Size.SMALL">SMALL</dt>\n<dd><p>Small.</p></dd>'],
    ['a deprecated value', '<p>Never used.</p>'],
    ['the types of a union', '<p>Any of <a href="#Cat">Cat</a>, <a href="#Dog">Dog</a>.</p>'],
    ['the interfaces of a type', '<p>Implements <a href="#Named">Named</a>.</p>'],
    ['the types of an interface', '<p>Implemented by <a href="#Cat">Cat</a>.</p>'],
    ['where a scalar is specified', '<a href="https://example.com/date">https://example.com/date</a>'],
    [
      'a directive, its text escaped',
      '<h3 id="@since">@since<small></small></h3>\n<p>Says &lt;b&gt;when&lt;/b&gt;.</p>',
    ],
    [
      'an argument of a directive',
      '<dt>version<span>: <a href="#String">String</a> = <code>&quot;1&quot;</code></span></dt>',
    ],
    ['emphasis', '<p>Of <em>n</em>.</p>'],
    ['a link for code that names a type only', 'see <code><a href="#Pet">Pet</a></code> and <code>pets</code>.'],
    ['its title', '<title>A &amp; B</title>'],
  ])('shows %s', (_what, text) => {
    expect(html).toContain(text);
  });
});
