// Shows /v1/openapi.json as a page. Needs nothing from elsewhere; texts go in as text, never as markup.
"use strict";

const made = (name, text, parent) => {
  const element = document.createElement(name);
  if (text) element.textContent = text;
  if (parent) parent.append(element);
  return element;
};

const short = (schema) => {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf) return schema.anyOf.map(short).join(" | ");
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === "array") return `[${short(schema.items)}]`;
  if (schema.type === "object" && schema.additionalProperties) return `{…: ${short(schema.additionalProperties)}}`;
  return [schema.type, schema.format].filter(Boolean).join(" ");
};

const fields = (schema, all, parent) => {
  const named = schema.$ref ? all[schema.$ref.split("/").pop()] : schema;
  if (!named) return;
  made("p", named.description || "", parent);
  if (!named.properties) return;
  const table = made("table", "", parent);
  for (const [name, field] of Object.entries(named.properties)) {
    const row = made("tr", "", table);
    made("code", name + ((named.required || []).includes(name) ? " *" : ""), made("td", "", row));
    made("code", short(field), made("td", "", row));
    made("td", field.description || "", row);
  }
};

const show = (api) => {
  const page = document.getElementById("reference");
  page.replaceChildren();
  made("pre", api.info.description, page);
  const groups = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags[0];
      groups.set(tag, [...(groups.get(tag) || []), { path, method, operation }]);
    }
  }
  const all = api.components.schemas;
  for (const [tag, operations] of groups) {
    made("h2", tag, page);
    for (const { path, method, operation } of operations) {
      const box = made("details", "", page);
      const head = made("summary", "", box);
      made("span", method.toUpperCase(), head).className = "method";
      made("code", path, head);
      made("span", " — " + operation.summary, head);
      made("p", operation.description, box);
      for (const parameter of operation.parameters) {
        const line = made("p", "", box);
        made("code", `${parameter.in} ${parameter.name}${parameter.required ? " *" : ""}`, line);
        made("span", " " + (parameter.description || ""), line);
      }
      if (operation.requestBody) {
        made("h4", "Body", box);
        fields(operation.requestBody.content["application/json"].schema, all, box);
      }
      for (const [status, response] of Object.entries(operation.responses)) {
        made("h4", status, box);
        made("p", response.description, box);
        const content = response.content && response.content["application/json"];
        if (content) fields(content.schema, all, box);
      }
    }
  }
  made("h2", "schemas", page);
  for (const [name, schema] of Object.entries(all)) {
    const box = made("details", "", page);
    made("code", name, made("summary", "", box));
    fields(schema, all, box);
  }
};

fetch("/v1/openapi.json").then((answer) => answer.json()).then(show);
