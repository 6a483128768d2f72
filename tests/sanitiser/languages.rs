//! What people really write comes out as they wrote it.

use atc::text::{Safe, StyledLine, Untrusted, width};

use crate::judge::judge;

/// The same task in the languages of the world, with the marks, joiners and widths each of them needs.
const SENTENCES: &[&str] = &[
    "Fix the flaky retry test",
    "Den instabilen Wiederholungstest in Größe ändern – „schön“",
    "Réparer le test instable : « été », œuf, naïveté",
    "Arregla la prueba inestable: ¿señor, años, pingüino?",
    "Corrigir o teste instável: ação, coração, não",
    "Correggi il test instabile: perché, città, più",
    "Repareer de instabiele test: coöperatie, ’s ochtends",
    "Napraw niestabilny test: zażółć gęślą jaźń",
    "Opravit nestabilní test: příliš žluťoučký kůň úpěl",
    "Oprav nestabilný test: kŕdeľ ďatľov učí koňa žrať kôru",
    "Javítsd az instabil tesztet: árvíztűrő tükörfúrógép",
    "Reparați testul instabil: țară, știință, împărăție",
    "Korjaa epävakaa testi: äänestys, yö, öljy",
    "Åtgärda det instabila testet: räksmörgås på ön",
    "Ret den ustabile test: rødgrød med fløde på Ærø",
    "Lagaðu óstöðuga prófið: þetta er íslenska, öðlingur",
    "Parandage ebastabiilne test: õunapuu, jäääär",
    "Izlabojiet nestabilo testu: šķēršļi, ģimene, ļoti",
    "Pataisykite nestabilų testą: ąžuolas, žąsis, ūkis",
    "Kararsız testi düzelt: İstanbul, ığdır, çağrı, şöyle",
    "Qeyri-sabit testi düzəldin: Azərbaycan, gözəl, ığ",
    "Beqarori testni tuzating: oʻzbek tili, gʻoya",
    "Sửa bài kiểm thử không ổn định: Tiếng Việt rất đẹp",
    "Su\u{309}a ba\u{300}i kie\u{302}\u{309}m thu\u{31b}\u{309} kho\u{302}ng o\u{302}\u{309}n đi\u{323}nh",
    "Perbaiki pengujian yang tidak stabil",
    "Ayusin ang hindi matatag na pagsubok: ñ, ng̃",
    "Rekebisha jaribio lisilo thabiti",
    "Tún ìdánwò tí kò dúró ṣinṣin ṣe: ẹ̀kọ́, ọ̀rẹ́",
    "Gyara gwajin da ba shi da tabbas: ƙasa, ɗaki, ɓera",
    "Исправь нестабильный тест: съешь ещё этих мягких булок",
    "Виправ нестабільний тест: їжак, ґанок, є",
    "Выпраў нестабільны тэст: ў, дзень, цікавы",
    "Поправи нестабилния тест: ъгъл, щъркел",
    "Исправи нестабилни тест: љубав, њива, ђак, џеп",
    "Поправи го нестабилниот тест: ѓавол, ќерка, ѕвезда",
    "Тұрақсыз тестті түзет: қазақ тілі, ғылым, ңң, һәм",
    "Тогтворгүй тестийг зас: өвөл, үүл",
    "Διόρθωσε το ασταθές τεστ: γρήγορη αλεπού, ΐ, ΰ",
    "ἐν ἀρχῇ ἦν ὁ λόγος, ᾧ, ᾳ",
    "Α\u{313}\u{301} ε\u{314} ω\u{342}\u{345}",
    "Ուղղել անկայուն թեստը. և, օր",
    "არასტაბილური ტესტის გასწორება: ქართული ენა",
    "תקן את הבדיקה הלא יציבה: שָׁלוֹם עֲלֵיכֶם",
    "בְּרֵאשִׁית בָּרָא אֱלֹהִים אֵת הַשָּׁמַיִם",
    "פֿאַרריכט דעם אומסטאַבילן טעסט: ייִדיש, אײַער",
    "أصلح الاختبار غير المستقر: مرحباً بالعالم، لا إله",
    "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ",
    "آزمون ناپایدار را درست کن: می\u{200c}خواهم، خانه\u{200c}ها، نمی\u{200c}شود",
    "کتاب\u{200c}های ایرانی، رفته\u{200c}اند، آنهایی که می\u{200c}آیند",
    "غیر مستحکم ٹیسٹ ٹھیک کریں: اردو، ہے، یہ",
    "بې ثباته ازموینه سمه کړئ: پښتو ژبه، ځای، څنګه",
    "تاقىمسىز سىناقنى تۈزىتىڭ: ئۇيغۇر تىلى",
    "ܫܠܡܐ ܥܠܟܘܢ: ܠܫܢܐ ܣܘܪܝܝܐ",
    "ދިވެހި ބަސް: ރަނގަޅުކުރޭ",
    "ߒߞߏ ߘߐ߬ߞߊ߬ߙߊ߲",
    "अस्थिर परीक्षण ठीक करो: क्षत्रिय, ज्ञान, श्री, विद्यार्थी",
    "क्\u{200d}ष और क्\u{200c}ष, र्\u{200d}य, श्\u{200d}रीमती",
    "अस्थिर चाचणी दुरुस्त करा: मराठी भाषा, ऱ्हास, ळ",
    "अस्थिर परीक्षण ठीक गर्नुहोस्: नेपाली, गर्\u{200d}यो, पर्\u{200d}यो",
    "সংশোধন করুন অস্থির পরীক্ষা: বাংলা ভাষা, র\u{200d}্যাব, ক্ষমা",
    "অস্থিৰ পৰীক্ষা ঠিক কৰক: অসমীয়া, ক্ষ, জ্ঞ",
    "ਅਸਥਿਰ ਟੈਸਟ ਠੀਕ ਕਰੋ: ਪੰਜਾਬੀ, ਸ੍ਰੀ, ਪ੍ਰੇਮ",
    "અસ્થિર પરીક્ષણ સુધારો: ગુજરાતી, શ્રી, ક્ષમા",
    "ଅସ୍ଥିର ପରୀକ୍ଷା ଠିକ୍ କର: ଓଡ଼ିଆ, କ୍ଷମା",
    "நிலையற்ற சோதனையை சரிசெய்: தமிழ், க்ஷ, ஸ்ரீ, மௌ",
    "అస్థిర పరీక్షను సరిచేయండి: తెలుగు, క్షమ, స్త్రీ",
    "ಅಸ್ಥಿರ ಪರೀಕ್ಷೆ ಸರಿಪಡಿಸಿ: ಕನ್ನಡ, ಕ್ಷಮೆ, ರ\u{200d}್ಯಾಂಕ್",
    "അസ്ഥിര പരിശോധന ശരിയാക്കുക: മലയാളം, ന്\u{200d}, അവര്\u{200d}, ക്ഷ",
    "අස්ථිර පරීක්ෂණය නිවැරදි කරන්න: ශ්\u{200d}රී ලංකා, ක්\u{200d}ෂය, ප්\u{200d}රශ්නය",
    "แก้ไขการทดสอบที่ไม่เสถียร: ภาษาไทย น้ำ กำลัง ที่นี่",
    "ແກ້ໄຂການທົດສອບ: ພາສາລາວ ນ້ຳ ຢູ່",
    "ជួសជុលការសាកល្បង: ភាសាខ្មែរ ស្ត្រី ខ្ញុំ",
    "စမ်းသပ်မှုကို ပြင်ပါ: မြန်မာဘာသာ ကျွန်တော်",
    "བརྟག་དཔྱད་བཅོས་པ། བོད་སྐད་ བཀྲ་ཤིས་",
    "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ",
    "修复不稳定的重试测试：简体中文，标点。“引号”",
    "修復不穩定的重試測試：繁體中文，「引號」。",
    "不安定な再試行テストを直す：日本語、カタカナ、ひらがな。",
    "ﾊﾝｶｸｶﾀｶﾅ ﾊﾟﾋﾟﾌﾟ ｶﾞｷﾞｸﾞ",
    "が ぎ ぐ か\u{3099} き\u{3099} は\u{309a}",
    "불안정한 재시도 테스트 수정: 한국어, 값, 닭",
    "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}",
    "ＦＵＬＬ　ＷＩＤＴＨ　１２３",
    "የማይረጋጋውን ሙከራ አስተካክል፡ አማርኛ።",
    "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ",
    "ᐃᓄᒃᑎᑐᑦ ᖃᓂᐅᔮᖅᐸᐃᑦ",
    "ⵜⴰⵎⴰⵣⵉⵖⵜ ⵜⵓⵜⵍⴰⵢⵜ",
    "ꦧꦱꦗꦮ ꦲꦏ꧀ꦱꦫ",
    "Ɛkaa nsɔhwɛ no ho: Twi kasa, ɔdɔ",
    "Whakatikahia te whakamātautau: reo Māori",
    "Hoʻoponopono i ka hōʻike: ʻōlelo Hawaiʻi",
    "Esperanto: eĥoŝanĝo ĉiuĵaŭde",
    "Cymraeg: tŷ, ŵyr, ŷd, llwyth",
    "Gaeilge: Ceartaigh an tástáil éagobhsaí",
    "Malti: Għaraf, ħobż, żejt, ċavetta",
    "Shqip: gjë, çdo, ë",
    "x² + y₃ ≤ ∞ ∴ ∀ε>0 ∃δ: ∑ⁿ √2 ≈ 1.414 ± ½",
    "→ ← ↑ ↓ ⇒ ✓ ✗ ● ◆ ○ ◌ ⧗ ⊘ ▲ ▌ █ ░ ┌─┐│└┘ ⠋⠙⠹",
    "“curly” ‘quotes’ – en — em … ellipsis • bullet § ¶ † ‡ © ® ™ € £ ¥ ₹ ₽ ₿",
    "Z\u{351}\u{36b}a\u{343}l\u{36a}g\u{302}o\u{306} light",
    "non\u{a0}breaking\u{202f}space and\u{2009}thin",
];

const PROFESSIONS: &[&str] = &[
    "💻",
    "🔬",
    "🚀",
    "🎓",
    "🏫",
    "🌾",
    "🍳",
    "🔧",
    "🏭",
    "💼",
    "🎤",
    "🎨",
    "🚒",
    "⚕\u{fe0f}",
    "⚖\u{fe0f}",
    "✈\u{fe0f}",
];

const FLAGS: &str = "AD AE AR AT AU BE BG BR CA CH CL CN CO CZ DE DK EE EG ES FI FR GB GE GR HK HR HU ID IE IL IN IS IT JP KE KR KZ LT LU LV MA MX MY NG NL NO NZ PE PH PK PL PT RO RS RU SE SG SI SK TH TR TW UA US VN ZA";

/// Emoji with everything that can belong to one: joined people, skin tones, keycaps, flags, hearts.
fn emoji() -> Vec<String> {
    let tones = ["", "🏻", "🏼", "🏽", "🏾", "🏿"];
    let mut all = Vec::new();
    for person in ["🧑", "👩", "👨"] {
        for (i, profession) in PROFESSIONS.iter().enumerate() {
            all.push(format!("by {person}{}\u{200d}{profession} here", tones[i % tones.len()]));
        }
    }
    for tone in tones {
        all.push(format!("{0}{tone}{1}{tone}{2}{tone}", "👍", "🙏", "💪"));
        all.push(format!("🧑{tone}\u{200d}🤝\u{200d}🧑{tone}"));
        all.push(format!("🤷{tone}\u{200d}♀\u{fe0f} 🏃{tone}\u{200d}♂\u{fe0f}"));
    }
    for family in [
        "👨\u{200d}👩\u{200d}👧\u{200d}👦",
        "👩\u{200d}👩\u{200d}👦",
        "👨\u{200d}👧",
        "👩\u{200d}❤\u{fe0f}\u{200d}💋\u{200d}👨",
    ] {
        all.push(family.to_owned());
    }
    for one in [
        "❤\u{fe0f}\u{200d}🔥",
        "🏳\u{fe0f}\u{200d}🌈",
        "🏳\u{fe0f}\u{200d}⚧\u{fe0f}",
        "🏴\u{200d}☠\u{fe0f}",
        "👁\u{fe0f}\u{200d}🗨\u{fe0f}",
        "🐻\u{200d}❄\u{fe0f}",
        "🐈\u{200d}⬛",
        "🐦\u{200d}🔥",
        "☀\u{fe0f} ☁\u{fe0f} ☔ ❄\u{fe0f}",
        "⚠\u{fe0f} careful",
        "✔\u{fe0f} done ✖\u{fe0f} not",
        "ℹ\u{fe0f} info ©\u{fe0f} ®\u{fe0f} ™\u{fe0f}",
        "▶\u{fe0f} ⏸\u{fe0f} ⏹\u{fe0f}",
        "🎉✨🚀🔥💯",
        "🫠🫡🪿🫨",
        "🧪 tests: ✅ 118 ❌ 0",
    ] {
        all.push(one.to_owned());
    }
    for key in "0123456789#*".chars() {
        all.push(format!("press {key}\u{fe0f}\u{20e3} now"));
    }
    let letter = |c: char| char::from_u32(0x1f1e6 + u32::from(c) - u32::from('A')).unwrap();
    all.extend(FLAGS.split(' ').map(|code| format!("in {} today", code.chars().map(letter).collect::<String>())));
    all
}

fn corpus() -> Vec<String> {
    let mut all: Vec<String> = SENTENCES.iter().map(ToString::to_string).collect();
    all.extend(emoji());
    // Mixed directions and scripts in one title, as they are met in practice.
    all.extend(SENTENCES.iter().map(|text| format!("fix(api): {text} (#1288) 🚀")));
    all
}

#[test]
fn what_people_write_is_unchanged() {
    let corpus = corpus();
    assert!(corpus.len() >= 300, "{}", corpus.len());
    for raw in corpus {
        let text = Untrusted::from(raw.as_str());
        assert_eq!(text.show_line().as_str(), raw);
        assert_eq!(text.show_block().iter().map(Safe::as_str).collect::<Vec<_>>(), [raw.as_str()]);
        assert_eq!(text.show_log().iter().map(StyledLine::plain).collect::<Vec<_>>(), [raw.as_str()]);
        assert_eq!(text.show_spelled()[0].as_str(), raw);
        judge("line", &raw, &raw);
    }
}

#[test]
fn what_people_write_can_be_cut_and_wrapped_anywhere() {
    for raw in corpus() {
        for columns in 1..width::width(&raw) {
            for cut in [width::cut_end(&raw, columns), width::cut_middle(&raw, columns)] {
                assert!(width::width(&cut) <= columns);
                assert_eq!(Safe::new(&cut).as_str(), cut, "{raw} at {columns}");
            }
            for row in width::wrap(&raw, columns) {
                assert_eq!(Safe::new(row).as_str(), row, "{raw} at {columns}");
            }
        }
    }
}

#[test]
fn joined_pictures_are_as_wide_as_one() {
    for (text, columns) in [
        ("👨\u{200d}👩\u{200d}👧\u{200d}👦", 2),
        ("👍🏽", 2),
        ("🇪🇸", 2),
        ("1\u{fe0f}\u{20e3}", 2),
        ("❤\u{fe0f}", 2),
        ("日本", 4),
        ("한글", 4),
        ("ﾊﾟ", 2),
    ] {
        assert_eq!(width::width(text), columns, "{text}");
    }
}
