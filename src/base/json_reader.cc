/* The only C++ of the program: simdjson's DOM behind base/json.h.
 *
 * A dom::element is a document pointer and a tape index, trivially copyable, and exactly struct json: so
 * values cross the border as plain handles, without allocation. Exceptions stay off: every call is the
 * error-code form.
 *
 * The library is loaded by whoever reads JSON first. Most of what is used of it is in its header; what is not
 * is defined here, for the header's code to find. */
#include "base/json.h"

#include <cstdlib>
#include <cstring>
#include <new>
#include <pthread.h>
#include <simdjson.h>

extern "C" {
#include "base/library.h"
}

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

using active_implementation = simdjson::internal::atomic_ptr<const simdjson::implementation> &();

static active_implementation *library_implementation;
static const simdjson::internal::error_code_info *library_errors;

static void load_once()
{
    static const struct library_function symbols[] = {
        {"_ZN8simdjson25get_active_implementationEv", &library_implementation},
        {"_ZN8simdjson8internal11error_codesE", &library_errors},
    };
    library_load("libsimdjson.so.14", "libsimdjson14", symbols, sizeof symbols / sizeof *symbols);
}

void json_prepare(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_once);
}

simdjson::internal::atomic_ptr<const simdjson::implementation> &simdjson::get_active_implementation()
{
    json_prepare();
    return library_implementation();
}

struct json_document {
    simdjson::dom::parser parser;
};

static_assert(sizeof(element) == sizeof(struct json), "a handle is an element");
static_assert(sizeof(array::iterator) == sizeof(struct json), "an iterator is a handle");
static_assert(sizeof(object::iterator) == sizeof(struct json), "an iterator is a handle");

template <class T> static T from_handle(struct json value)
{
    static_assert(std::is_trivially_copyable<T>::value, "copied as bytes");
    T out;
    std::memcpy(static_cast<void *>(&out), &value, sizeof out);
    return out;
}

template <class T> static struct json to_handle(const T &value)
{
    struct json out;
    std::memcpy(&out, static_cast<const void *>(&value), sizeof out);
    return out;
}

static const struct json nothing = {nullptr, 0};

struct json_document *json_document_new(void)
{
    struct json_document *document = new (std::nothrow) json_document();
    if (!document)
        std::abort();
    return document;
}

void json_document_free(struct json_document *document)
{
    delete document;
}

/* The four digits behind "\\u", or -1. */
static int unit_at(const char *bytes, size_t n_bytes, size_t at)
{
    int unit = 0;
    if (n_bytes - at < 6 || bytes[at] != '\\' || bytes[at + 1] != 'u')
        return -1;
    for (size_t i = at + 2; i < at + 6; i++) {
        int c = (unsigned char)bytes[i] | 0x20;
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* Half of a surrogate pair, as "\\ud83d", is what is left where a sender cut a text inside a character. The
 * grammar allows it, and no text can hold it: U+FFFD stands in its place. false: there is none. */
static bool replace_halves(struct buf *out, const char *bytes, size_t n_bytes)
{
    size_t from = 0;
    for (size_t i = 0; i < n_bytes; i++) {
        if (bytes[i] != '\\')
            continue;
        int unit = unit_at(bytes, n_bytes, i);
        int next = unit >= 0xD800 && unit < 0xDC00 ? unit_at(bytes, n_bytes, i + 6) : -1;
        if (next >= 0xDC00 && next < 0xE000) {
            i += 11;
        } else if (unit >= 0xD800 && unit < 0xE000) {
            buf_add(out, bytes + from, i - from);
            buf_puts(out, "\\ufffd");
            i += 5;
            from = i + 1;
        } else {
            i++;
        }
    }
    if (from > 0)
        buf_add(out, bytes + from, n_bytes - from);
    return from > 0;
}

int json_parse(struct json_document *document, const char *bytes, size_t n_bytes, int max_depth,
               struct json *ret_root, struct err *err)
{
    size_t depth = max_depth > 0 ? (size_t)max_depth : 1;
    if (document->parser.max_depth() != depth || document->parser.capacity() < n_bytes) {
        if (document->parser.allocate(n_bytes < 4096 ? 4096 : n_bytes, depth))
            return err_set(err, "the JSON text of %zu bytes is larger than this program can read", n_bytes);
    }
    element root;
    simdjson::error_code code = document->parser.parse(bytes, n_bytes).get(root);
    if (code == simdjson::STRING_ERROR) {
        struct buf text = {};
        if (replace_halves(&text, bytes, n_bytes))
            code = document->parser.parse(buf_text(&text), text.n_bytes).get(root);
        buf_free(&text);
    }
    if (code == simdjson::DEPTH_ERROR)
        return err_set(err, "the JSON text is nested deeper than %d levels", max_depth);
    if (code == simdjson::UTF8_ERROR)
        return err_set(err, "the JSON text is not valid UTF-8");
    if (code == simdjson::EMPTY)
        return err_set(err, "the JSON text is empty");
    if (code)
        return err_set(err, "not valid JSON: %s", library_errors[code].message);
    *ret_root = to_handle(root);
    return 0;
}

enum json_kind json_kind(struct json value)
{
    if (!value.document)
        return JSON_NONE;
    switch (from_handle<element>(value).type()) {
    case simdjson::dom::element_type::NULL_VALUE:
        return JSON_NULL;
    case simdjson::dom::element_type::BOOL:
        return JSON_BOOL;
    case simdjson::dom::element_type::STRING:
        return JSON_STRING;
    case simdjson::dom::element_type::ARRAY:
        return JSON_ARRAY;
    case simdjson::dom::element_type::OBJECT:
        return JSON_OBJECT;
    default:
        return JSON_NUMBER;
    }
}

struct json json_get(struct json value, const char *name)
{
    if (json_kind(value) != JSON_OBJECT)
        return nothing;
    element found;
    if (from_handle<element>(value).at_key(name).get(found))
        return nothing;
    return to_handle(found);
}

size_t json_count(struct json value)
{
    size_t n = 0;
    for (struct json_iter i = json_first(value); json_more(&i); json_next(&i))
        n++;
    return n;
}

const char *json_text(struct json value, size_t *ret_n_bytes)
{
    if (json_kind(value) != JSON_STRING)
        return nullptr;
    std::string_view text;
    if (from_handle<element>(value).get_string().get(text))
        return nullptr;
    if (ret_n_bytes)
        *ret_n_bytes = text.size();
    return text.data(); /* simdjson closes every string with a NUL */
}

bool json_bool(struct json value, bool otherwise)
{
    bool out;
    if (json_kind(value) != JSON_BOOL || from_handle<element>(value).get_bool().get(out))
        return otherwise;
    return out;
}

double json_number(struct json value, double otherwise)
{
    double out;
    if (json_kind(value) != JSON_NUMBER || from_handle<element>(value).get_double().get(out))
        return otherwise;
    return out;
}

int64_t json_int(struct json value, int64_t otherwise)
{
    int64_t out;
    if (json_kind(value) != JSON_NUMBER || from_handle<element>(value).get_int64().get(out))
        return otherwise;
    return out;
}

static inline void load_value(struct json_iter *iter, element value)
{
    std::string_view text;
    iter->value = to_handle(value);
    bool is_text = value.get_string().get(text) == simdjson::SUCCESS;
    iter->text = is_text ? text.data() : nullptr;
    iter->text_bytes = is_text ? text.size() : 0;
}

static inline void load_item(struct json_iter *iter)
{
    struct json at = {iter->value.document, iter->at_};
    if (iter->object_) {
        object::iterator item = from_handle<object::iterator>(at);
        std::string_view name = item.key();
        iter->name = name.data();
        iter->name_bytes = name.size();
        load_value(iter, item.value());
    } else {
        load_value(iter, *from_handle<array::iterator>(at));
    }
}

struct json_iter json_first(struct json value)
{
    struct json_iter iter = {};
    enum json_kind kind = json_kind(value);
    iter.value.document = value.document;
    if (kind == JSON_OBJECT) {
        object members = from_handle<element>(value).get_object().value_unsafe();
        iter.object_ = true;
        iter.at_ = to_handle(members.begin()).at;
        iter.end_ = to_handle(members.end()).at;
    } else if (kind == JSON_ARRAY) {
        array items = from_handle<element>(value).get_array().value_unsafe();
        iter.at_ = to_handle(items.begin()).at;
        iter.end_ = to_handle(items.end()).at;
    }
    if (json_more(&iter))
        load_item(&iter);
    return iter;
}

void json_next(struct json_iter *iter)
{
    struct json at = {iter->value.document, iter->at_};
    if (iter->object_)
        iter->at_ = to_handle(++from_handle<object::iterator>(at)).at;
    else
        iter->at_ = to_handle(++from_handle<array::iterator>(at)).at;
    if (json_more(iter))
        load_item(iter);
}

bool utf8_valid(const char *bytes, size_t n_bytes)
{
    return simdjson::get_active_implementation()->validate_utf8(bytes, n_bytes);
}
