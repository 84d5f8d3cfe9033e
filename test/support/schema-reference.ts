import {
  type GraphQLArgument,
  type GraphQLDirective,
  type GraphQLEnumValue,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedDirective,
  isUnionType,
  print,
} from 'graphql';

/** An argument or a field, of an output type or of an input type. */
type Member = GraphQLField<unknown, unknown> | GraphQLInputField | GraphQLArgument;

/** The sections of types, in the order of the page. */
const KINDS: readonly (readonly [title: string, contains: (type: GraphQLNamedType) => boolean])[] = [
  ['Objects', isObjectType],
  ['Interfaces', isInterfaceType],
  ['Unions', isUnionType],
  ['Inputs', isInputObjectType],
  ['Enums', isEnumType],
  ['Scalars', isScalarType],
];

const STYLE = `
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: #1c1e21; background: #fff; }
nav { position: fixed; inset: 0 auto 0 0; width: 17rem; overflow: auto; padding: 1rem; background: #f4f5f7; }
nav ul { list-style: none; margin: 0 0 1rem; padding: 0; }
main { max-width: 52rem; margin-left: 19rem; padding: 1rem 2rem 60vh; }
a { color: #0b57a4; text-decoration: none; } a:hover { text-decoration: underline; }
code, h3, dt { font-family: ui-monospace, monospace; font-size: .93em; }
h3 { font-size: 1.1em; margin: 2.5rem 0 .5rem; border-top: 1px solid #d5d8dd; padding-top: .8rem; }
h3 small { font-weight: normal; color: #5a616b; } p { margin: .3rem 0; }
dl { margin: .3rem 0; } dt { margin-top: .7rem; font-weight: 600; } dd { margin: 0 0 0 1.5rem; }
dt span { font-weight: normal; } .deprecated { color: #a33b00; }
@media (max-width: 60rem) { nav { position: static; width: auto; } main { margin-left: 0; } }
@media (prefers-color-scheme: dark) {
  body { color: #dcdfe4; background: #16181c; } nav { background: #1e2126; } a { color: #7db7f0; }
  h3 { border-color: #3a3f47; } h3 small { color: #9aa1ab; } .deprecated { color: #f0a070; }
}`;

/**
 * A schema as one page of HTML: each root field, type, field, argument, enum value and directive
 * with its description, its default and its deprecation. The names of types are links. The page
 * loads nothing, and has no script; its content security policy refuses both.
 *
 * @param title the heading of the page
 */
export function schemaReference(schema: GraphQLSchema, title: string): string {
  const roots = [
    ['Queries', schema.getQueryType()],
    ['Mutations', schema.getMutationType()],
    ['Subscriptions', schema.getSubscriptionType()],
  ] as const;
  const types = Object.values(schema.getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !roots.some(([, root]) => root === type))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

  const prose = (text: string | null | undefined): string => proseOf(text, schema);

  function typeBody(type: GraphQLNamedType): string {
    const lines = [prose(type.description)];
    if (isScalarType(type) && type.specifiedByURL != null) {
      lines.push(
        `<p>Specified by <a href="${escapeHtml(type.specifiedByURL)}">${escapeHtml(type.specifiedByURL)}</a>.</p>`,
      );
    }
    if (isObjectType(type) || isInterfaceType(type)) lines.push(linkList('Implements', type.getInterfaces()));
    if (isInterfaceType(type)) lines.push(linkList('Implemented by', schema.getPossibleTypes(type)));
    if (isUnionType(type)) lines.push(linkList('Any of', type.getTypes()));
    if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
      lines.push(memberList(type.name, Object.values(type.getFields())));
    }
    if (isEnumType(type))
      lines.push(
        `<dl>\n${type
          .getValues()
          .map((value) => enumValue(type.name, value))
          .join('\n')}\n</dl>`,
      );
    return joined(lines);
  }

  const directiveBody = (directive: GraphQLDirective): string =>
    joined([
      prose(directive.description),
      `<p>On ${directive.locations.map((place) => `<code>${place}</code>`).join(', ')}.</p>`,
      memberList(null, directive.args),
    ]);

  const enumValue = (owner: string, { name, description, deprecationReason }: GraphQLEnumValue): string =>
    `<dt id="${owner}.${name}">${name}</dt>\n<dd>${prose(description)}${deprecation(deprecationReason)}</dd>`;

  /** @param owner the type that the members belong to, for anchors; null for arguments */
  const memberList = (owner: string | null, members: readonly Member[]): string =>
    members.length === 0 ? '' : `<dl>\n${members.map((member) => memberItem(owner, member)).join('\n')}\n</dl>`;

  function memberItem(owner: string | null, member: Member): string {
    const anchor = owner === null ? '' : ` id="${owner}.${member.name}"`;
    return `<dt${anchor}>${member.name}<span>: ${typeLink(member.type)}${defaultOf(member)}</span></dt>\n<dd>${memberBody(member)}</dd>`;
  }

  const memberBody = (member: Member): string =>
    joined([
      prose(member.description),
      deprecation(member.deprecationReason),
      memberList(null, 'args' in member ? member.args : []),
    ]);

  const deprecation = (reason: string | null | undefined): string =>
    reason == null ? '' : `<div class="deprecated"><p><strong>Deprecated.</strong></p>${prose(reason)}</div>`;

  const parts: { readonly title: string; readonly entries: readonly Entry[] }[] = [
    ...roots.map(([heading, root]) => ({
      title: heading,
      entries: Object.values(root?.getFields() ?? {}).map((field) => ({
        id: `${root?.name}.${field.name}`,
        name: field.name,
        html: memberBody(field),
        note: `: ${typeLink(field.type)}`,
      })),
    })),
    ...KINDS.map(([heading, contains]) => ({
      title: heading,
      entries: types
        .filter(contains)
        .map((type) => ({ id: type.name, name: type.name, html: typeBody(type), note: '' })),
    })),
    {
      title: 'Directives',
      entries: schema
        .getDirectives()
        .filter((directive) => !isSpecifiedDirective(directive))
        .map((directive) => ({
          id: `@${directive.name}`,
          name: `@${directive.name}`,
          html: directiveBody(directive),
          note: '',
        })),
    },
  ].filter(({ entries }) => entries.length > 0);

  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${STYLE}
</style>
</head>
<body>
<nav>
${parts.map((part) => `<a href="#${part.title}">${part.title}</a>\n<ul>\n${part.entries.map(({ id, name }) => `<li><a href="#${id}">${name}</a></li>`).join('\n')}\n</ul>`).join('\n')}
</nav>
<main>
<h1>${escapeHtml(title)}</h1>
${prose(schema.description)}
${parts.map((part) => `<h2 id="${part.title}">${part.title}</h2>\n${part.entries.map(entryHtml).join('\n')}`).join('\n')}
</main>
</body>
</html>
`;
}

/** A heading of the page and what stands below it. */
interface Entry {
  readonly id: string;
  readonly name: string;
  /** HTML that follows the name in the heading. */
  readonly note: string;
  readonly html: string;
}

const entryHtml = ({ id, name, note, html }: Entry): string =>
  `<h3 id="${id}">${name}<small>${note}</small></h3>\n${html}`;

const joined = (lines: readonly string[]): string => lines.filter((line) => line !== '').join('\n');

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character] ?? '');

const linkTo = (name: string): string => `<a href="#${name}">${name}</a>`;

const linkList = (label: string, types: readonly GraphQLNamedType[]): string =>
  types.length === 0 ? '' : `<p>${label} ${types.map(({ name }) => linkTo(name)).join(', ')}.</p>`;

function typeLink(type: GraphQLType): string {
  if (isNonNullType(type)) return `${typeLink(type.ofType)}!`;
  if (isListType(type)) return `[${typeLink(type.ofType)}]`;
  return linkTo(getNamedType(type).name);
}

function defaultOf(member: Member): string {
  const literal = member.astNode != null && 'defaultValue' in member.astNode ? member.astNode.defaultValue : undefined;
  return literal === undefined ? '' : ` = <code>${escapeHtml(print(literal))}</code>`;
}

/**
 * The Markdown that descriptions use as HTML: paragraphs, code and emphasis. Code that is the name
 * of a type becomes a link.
 */
function proseOf(text: string | null | undefined, schema: GraphQLSchema): string {
  if (text == null || text.trim() === '') return '';
  return text
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => {
      const html = escapeHtml(paragraph)
        .split(/(`[^`]+`)/)
        .map((piece) => {
          if (!/^`.+`$/s.test(piece)) return piece.replace(/(?<!\w)_(\w[^_]*)_(?!\w)/g, '<em>$1</em>');
          const code = piece.slice(1, -1);
          return `<code>${schema.getType(code) == null ? code : linkTo(code)}</code>`;
        })
        .join('');
      return `<p>${html}</p>`;
    })
    .join('\n');
}
